// SPDX-License-Identifier: GPL-2.0-only
/* An exception that nobody expects: tell the host where and with which registers. */
#include "exception.h"

#include "cpu.h"

void guest_exception(struct frame *frame);

void guest_exception(struct frame *frame)
{
	struct guest_vcpu *self = this_vcpu();
	struct guest_exception *exception = &self->exception;

	if (tasks_exception(self, frame))
		return;
	exception->vector = frame->vector;
	exception->syndrome = frame->error_code;
	exception->pc = frame->rip;
	exception->flags = frame->rflags;
	exception->sp = frame->rsp;
	exception->fault_address = read_cr2();
	for (unsigned int i = 0; i < 16; i++)
		exception->regs[i] = frame->regs[i];
	exception->regs[4] = frame->rsp;
	ring_doorbell(DOORBELL_EXCEPTION);
	/* Not to go on from: the host reports the HLT, where KVM does not just wait in it. */
	for (;;)
		__asm__ volatile("hlt");
}
