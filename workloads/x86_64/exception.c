// SPDX-License-Identifier: GPL-2.0-only
/* An exception that nobody expects: tell the host where and with which registers. */
#include "cpu.h"

/* What start.S and the CPU have pushed. */
struct frame {
	uint64_t regs[16];
	uint64_t vector, error_code;
	uint64_t rip, cs, rflags, rsp, ss;
};

void guest_exception(const struct frame *frame);

void guest_exception(const struct frame *frame)
{
	/* The exceptions' stack is in the page of the control block. */
	struct guest_vcpu *self =
		(struct guest_vcpu *)((uintptr_t)frame & ~(uintptr_t)(PAGE_BYTES - 1));
	struct guest_exception *exception = &self->exception;

	exception->vector = frame->vector;
	exception->syndrome = frame->error_code;
	exception->pc = frame->rip;
	exception->flags = frame->rflags;
	exception->sp = frame->rsp;
	__asm__ volatile("mov %%cr2, %0" : "=r"(exception->fault_address));
	for (unsigned int i = 0; i < 16; i++)
		exception->regs[i] = frame->regs[i];
	exception->regs[4] = frame->rsp;
	ring_doorbell(DOORBELL_EXCEPTION);
}
