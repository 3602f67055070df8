// SPDX-License-Identifier: GPL-2.0-only
/* KVM tells guests of arm64 of no pages, so tasks never wait for one beside others. */
#include "../tasks.h"

void arch_tasks_prepare(struct guest_vcpu *self)
{
	(void)self;
}

void arch_tasks_run(struct guest_vcpu *self, void (*run)(struct guest_vcpu *task))
{
	for (uint64_t i = 0; i < self->tasks; i++)
		run(task_block(self, i));
}
