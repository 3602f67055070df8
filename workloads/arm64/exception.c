// SPDX-License-Identifier: GPL-2.0-only
/* An exception that nobody expects: tell the host where and with which registers. */
#include "cpu.h"

#define REGS 31

_Static_assert(REGS * sizeof(uint64_t) <= EXCEPTION_FRAME_BYTES, "registers do not fit the frame");

void guest_exception(uint64_t vector, const uint64_t regs[REGS]);

void guest_exception(uint64_t vector, const uint64_t regs[REGS])
{
	/* The exceptions' stack is in the page of the control block. */
	struct guest_vcpu *self =
		(struct guest_vcpu *)((uintptr_t)regs & ~(uintptr_t)(PAGE_BYTES - 1));
	struct guest_exception *exception = &self->exception;

	exception->vector = vector;
	exception->syndrome = read_sysreg(esr_el1);
	exception->pc = read_sysreg(elr_el1);
	exception->flags = read_sysreg(spsr_el1);
	exception->sp = read_sysreg(sp_el0);
	exception->fault_address = read_sysreg(far_el1);
	for (unsigned int i = 0; i < REGS; i++)
		exception->regs[i] = regs[i];
	ring_doorbell(DOORBELL_EXCEPTION);
}
