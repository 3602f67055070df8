/* SPDX-License-Identifier: GPL-2.0-only */
/* What exceptions and interrupts leave on their stack. */
#ifndef FAULTLINE_X86_64_EXCEPTION_H
#define FAULTLINE_X86_64_EXCEPTION_H

#include <stdint.h>

/* What start.S and the CPU have pushed. */
struct frame {
	uint64_t regs[16];
	uint64_t vector, error_code;
	uint64_t rip, cs, rflags, rsp, ss;
};

static inline uint64_t read_cr2(void)
{
	uint64_t address;

	__asm__ volatile("mov %%cr2, %0" : "=r"(address));
	return address;
}

struct guest_vcpu;

/*
 * Whether it is one of those that tasks are switched by. Then the frame is that of what is to
 * go on.
 */
_Bool tasks_exception(struct guest_vcpu *self, struct frame *frame);

#endif
