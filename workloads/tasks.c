// SPDX-License-Identifier: GPL-2.0-only
/* What tasks have of their own, and what is made of it. */
#include "tasks.h"

void tasks_prepare(struct guest_vcpu *self)
{
	for (uint64_t at = 0; at < TASK_MEMORY_BYTES(self->tasks); at += PAGE_BYTES)
		*(volatile uint64_t *)(self->task_memory + at) = 0;
	arch_tasks_prepare(self);
}

static void init_block(const struct guest_vcpu *self, uint64_t i)
{
	struct guest_vcpu *block = task_block(self, i);
	const uint64_t begin = self->pages * i / self->tasks;

	for (uint64_t w = 0; w < offsetof(struct guest_vcpu, exception) / sizeof(uint64_t); w++)
		((uint64_t *)block)[w] = ((const uint64_t *)self)[w];
	block->first_page = self->first_page + begin;
	block->pages = self->pages * (i + 1) / self->tasks - begin;
}

void tasks_run(struct guest_vcpu *self, void (*run)(struct guest_vcpu *task))
{
	for (uint64_t i = 0; i < self->tasks; i++)
		init_block(self, i);
	arch_tasks_run(self, run);
	for (uint64_t i = 0; i < self->tasks; i++) {
		const struct guest_vcpu *block = task_block(self, i);

		self->pages_wrong += block->pages_wrong;
		if (block->pages_wrong)
			self->wrong_page = block->wrong_page;
	}
}
