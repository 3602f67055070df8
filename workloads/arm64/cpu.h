/* SPDX-License-Identifier: GPL-2.0-only */
/* What guest code needs of the arm64 CPU, and what the host must know of it. */
#ifndef FAULTLINE_ARM64_CPU_H
#define FAULTLINE_ARM64_CPU_H

/* Of 32 bits. No slot is there: above the system slot, below tested memory. */
#define DOORBELL_GPA 0xc0000000

/*
 * The guest runs at EL1 on SP_EL0, so that exceptions find a stack of their own in
 * SP_EL1: the rest of the page of the control block. start.S has the vectors.
 */
#define EXCEPTION_VECTORS 16
#define EXCEPTION_VECTORS_OFFSET 2048
#define EXCEPTION_VECTOR_BYTES 128
#define EXCEPTION_VECTORS_OWN_STACK 4 /* the first of those taken on SP_EL1 */
#define EXCEPTION_FRAME_BYTES 256 /* x0 to x30, aligned to 16 */

#define PSCI_SYSTEM_OFF 0x84000008

#ifndef __ASSEMBLER__

#include <stdint.h>

#include "../guest_abi.h"
#include "ticks.h"

#define read_sysreg(name)                                          \
	({                                                         \
		uint64_t value_;                                   \
		__asm__ volatile("mrs %0, " #name : "=r"(value_)); \
		value_;                                            \
	})

/* Leaves the guest; value is an enum doorbell, or a test's own number. */
static inline void ring_doorbell(uint32_t value)
{
	volatile uint32_t *doorbell = (volatile uint32_t *)DOORBELL_GPA;

	/* One instruction that the host can tell from its syndrome: no writeback. */
	__asm__ volatile("str %w0, [%1]" : : "r"(value), "r"(doorbell) : "memory");
}

/*
 * Reads the page tables of a range that is mapped by 2 MiB blocks, so that the
 * CPU's own walks of them take no stage-2 faults later.
 */
static inline void touch_page_tables(uint64_t first, uint64_t bytes)
{
	const uint64_t address_mask = 0xfffffffff000ull, directory_bytes = 1ull << 30;
	const volatile uint64_t *root =
		(const volatile uint64_t *)(read_sysreg(ttbr0_el1) & address_mask);

	for (uint64_t at = first & ~(directory_bytes - 1); at < first + bytes;
	     at += directory_bytes)
		(void)*(const volatile uint64_t *)(root[at >> 30 & 511] & address_mask);
}

/* KVM of arm64 writes to no address that a guest names: the workload is refused. */
static inline void have_kvm_write(uint64_t address)
{
	(void)address;
}

#endif
#endif
