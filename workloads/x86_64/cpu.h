/* SPDX-License-Identifier: GPL-2.0-only */
/* What guest code needs of the x86-64 CPU, and what the host must know of it. */
#ifndef FAULTLINE_X86_64_CPU_H
#define FAULTLINE_X86_64_CPU_H

#define DOORBELL_PORT 0x80

/* start.S has a stub for each exception vector, EXCEPTION_STUB_BYTES apart, from here. */
#define EXCEPTION_VECTORS 32
#define EXCEPTION_STUBS_OFFSET 64
#define EXCEPTION_STUB_BYTES 16

/* The TSS is in the page of the control block; the rest of that page is the exceptions' stack. */
#define TSS_OFFSET 2048

#ifndef __ASSEMBLER__

#include <stdint.h>

#include "../guest_abi.h"
#include "ticks.h"

/* Leaves the guest; value is an enum doorbell, or a test's own number. */
static inline void ring_doorbell(uint32_t value)
{
	__asm__ volatile("outl %0, %1" : : "a"(value), "Nd"((uint16_t)DOORBELL_PORT) : "memory");
}

/*
 * Reads the page tables of a range that is mapped by 2 MiB pages, so that the
 * CPU's own walks of them take no stage-2 faults later.
 */
static inline void touch_page_tables(uint64_t first, uint64_t bytes)
{
	const uint64_t address_mask = ~0xfffull, directory_bytes = 1ull << 30;
	const volatile uint64_t *table;
	uint64_t cr3;

	__asm__ volatile("mov %%cr3, %0" : "=r"(cr3));
	for (uint64_t at = first & ~(directory_bytes - 1); at < first + bytes;
	     at += directory_bytes) {
		table = (const volatile uint64_t *)(cr3 & address_mask);
		table = (const volatile uint64_t *)(table[at >> 39] & address_mask);
		table = (const volatile uint64_t *)(table[at >> 30 & 511] & address_mask);
		(void)table[0];
	}
}

#endif
#endif
