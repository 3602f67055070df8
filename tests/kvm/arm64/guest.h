/* SPDX-License-Identifier: GPL-2.0-only */
/* The guest's side of what takes instructions of arm64. */
#ifndef FAULTLINE_ARM64_GUEST_H
#define FAULTLINE_ARM64_GUEST_H

#include <stdbool.h>

#include "../commands.h"
#include "../../../workloads/arm64/cpu.h"

static inline void call(struct guest_vcpu *self)
{
	__asm__ volatile("blr %0" : : "r"(self->test[TEST_ADDRESS]) : "x30", "memory", "cc");
}

/* The entry that maps 1 GiB from there on. */
static inline volatile uint64_t *directory_entry(uint64_t address)
{
	return (volatile uint64_t *)read_sysreg(ttbr0_el1) + (address >> 30);
}

/* Before the CPU walks there. */
static inline void order_table_entry(void)
{
	__asm__ volatile("dsb ishst\n\tisb" : : : "memory");
}

static inline void undefined(struct guest_vcpu *self)
{
	(void)self;
	__asm__ volatile("mov x30, %0\n\tudf #0" : : "r"((uint64_t)MARK) : "x30");
}

/* On the exceptions' own stack, as if one was being dealt with. */
static inline void fatal(struct guest_vcpu *self)
{
	__asm__ volatile("msr spsel, #1");
	undefined(self);
}

static inline uint64_t call_host(uint64_t function, uint64_t argument, bool is_smc)
{
	register uint64_t x0 __asm__("x0") = function;
	register uint64_t x1 __asm__("x1") = argument;
	register uint64_t x2 __asm__("x2");
	register uint64_t x3 __asm__("x3");

	if (is_smc)
		__asm__ volatile("smc #0" : "+r"(x0), "+r"(x1), "=r"(x2), "=r"(x3) : : "memory");
	else
		__asm__ volatile("hvc #0" : "+r"(x0), "+r"(x1), "=r"(x2), "=r"(x3) : : "memory");
	return x0;
}

static inline void hypercall(struct guest_vcpu *self)
{
	self->test[TEST_RESULT] =
		call_host(self->test[TEST_ADDRESS], self->test[TEST_VALUE], false);
}

static inline void write_and_pv_time(struct guest_vcpu *self)
{
	*(volatile uint64_t *)self->test[TEST_ADDRESS] = self->test[TEST_VALUE];
	self->test[TEST_RESULT] = call_host(PV_TIME_ST, 0, false);
}

static inline void write_and_pv_time_smc(struct guest_vcpu *self)
{
	*(volatile uint64_t *)self->test[TEST_ADDRESS] = self->test[TEST_VALUE];
	self->test[TEST_RESULT] = call_host(PV_TIME_ST, 0, true);
}

/* One instruction that KVM can tell from its syndrome: no writeback. */
static inline void device_write(struct guest_vcpu *self)
{
	__asm__ volatile("str %0, [%1]"
			 :
			 : "r"(self->test[TEST_VALUE]), "r"(self->test[TEST_ADDRESS])
			 : "memory");
}

#endif
