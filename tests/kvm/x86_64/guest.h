/* SPDX-License-Identifier: GPL-2.0-only */
/* The guest's side of what takes instructions of x86-64. */
#ifndef FAULTLINE_X86_64_GUEST_H
#define FAULTLINE_X86_64_GUEST_H

#include "../commands.h"
#include "../../../workloads/x86_64/cpu.h"

static inline void call(struct guest_vcpu *self)
{
	__asm__ volatile("call *%0" : : "r"(self->test[TEST_ADDRESS]) : "memory", "cc");
}

/* The entry that maps 1 GiB from there on. */
static inline volatile uint64_t *directory_entry(uint64_t address)
{
	const uint64_t address_mask = ~0xfffull;
	const volatile uint64_t *table;
	uint64_t cr3;

	__asm__ volatile("mov %%cr3, %0" : "=r"(cr3));
	table = (const volatile uint64_t *)(cr3 & address_mask);
	return (volatile uint64_t *)(table[0] & address_mask) + (address >> 30);
}

/* Before the CPU walks there: stores are seen in order. */
static inline void order_table_entry(void)
{
	__asm__ volatile("" : : : "memory");
}

static inline void undefined(struct guest_vcpu *self)
{
	(void)self;
	__asm__ volatile("mov %0, %%r15\n\tud2" : : "i"(MARK) : "r15");
}

/* Without a table of exceptions this one ends in a triple fault. */
static inline void fatal(struct guest_vcpu *self)
{
	const struct {
		uint16_t limit;
		uint64_t base;
	} __attribute__((packed)) nowhere = { 0, 0 };

	__asm__ volatile("lidt %0" : : "m"(nowhere));
	undefined(self);
}

static inline void outs(struct guest_vcpu *self)
{
	uint64_t address = self->test[TEST_ADDRESS];

	__asm__ volatile("cld\n\toutsl" : "+S"(address) : "d"((uint16_t)DOORBELL_PORT) : "memory");
}

static inline void wrmsr(struct guest_vcpu *self)
{
	uint64_t value = self->test[TEST_VALUE];

	__asm__ volatile("wrmsr"
			 :
			 : "c"((uint32_t)self->test[TEST_ADDRESS]), "a"((uint32_t)value),
			   "d"((uint32_t)(value >> 32))
			 : "memory");
}

static inline void allow_interrupts(struct guest_vcpu *self)
{
	(void)self;
	__asm__ volatile("sti\n\tnop");
}

#endif
