/* SPDX-License-Identifier: GPL-2.0-only */
/* What guest code needs of the x86-64 CPU, and what the host must know of it. */
#ifndef FAULTLINE_X86_64_CPU_H
#define FAULTLINE_X86_64_CPU_H

#define DOORBELL_PORT 0x80

/*
 * start.S has a stub for each vector, EXCEPTION_STUB_BYTES apart, from here: the CPU's exceptions
 * and what tasks are switched by.
 */
#define VECTOR_PAGE_FAULT 14
#define VECTOR_PAGE_READY 32 /* an interrupt: a page that a task waits for is there */
#define VECTOR_SWITCH 33 /* by INT: the task has nothing more to do */
#define EXCEPTION_VECTORS 34
#define EXCEPTION_STUBS_OFFSET 64
#define EXCEPTION_STUB_BYTES 16

/*
 * In the page of the control block: what KVM tells of pages that are not there, the TSS, and in
 * the rest of it the exceptions' stack.
 */
#define ASYNC_PF_OFFSET 1984
#define TSS_OFFSET 2048
#define SELECTOR_CODE 0x08
#define SELECTOR_DATA 0x10

#ifndef __ASSEMBLER__

#include <stdint.h>

#include "../guest_abi.h"
#include "ticks.h"

/* Leaves the guest; value is an enum doorbell, or a test's own number. */
static inline void ring_doorbell(uint32_t value)
{
	__asm__ volatile("outl %0, %1" : : "a"(value), "Nd"((uint16_t)DOORBELL_PORT) : "memory");
}

#define MSR_KVM_WALL_CLOCK_NEW 0x4b564d00

/* Has KVM write 12 bytes to that guest address: the time of day. */
static inline void have_kvm_write(uint64_t address)
{
	__asm__ volatile("wrmsr"
			 :
			 : "c"(MSR_KVM_WALL_CLOCK_NEW), "a"((uint32_t)address),
			   "d"((uint32_t)(address >> 32))
			 : "memory");
}

/* The control block, where GS points to. */
static inline struct guest_vcpu *this_vcpu(void)
{
	struct guest_vcpu *self;

	__asm__ volatile("mov %%gs:%c1, %0"
			 : "=r"(self)
			 : "i"(offsetof(struct guest_vcpu, address)));
	return self;
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
