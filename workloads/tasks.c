// SPDX-License-Identifier: GPL-2.0-only
/* What tasks have of their own, and what is made of it. */
#include "tasks.h"

#include "access.h"

#define TRIAL_TURNS 100000u

/* The same instructions wherever it is called from. */
__attribute__((noinline)) void compute(uint64_t turns)
{
	while (turns--)
		__asm__ volatile("");
}

/* How long a turn takes is not known before: some of them tell. */
static uint64_t turns_of(uint64_t ticks)
{
	const uint64_t begin = arch_ticks();
	uint64_t elapsed;

	compute(TRIAL_TURNS);
	elapsed = arch_ticks() - begin;
	return ticks * TRIAL_TURNS / (elapsed ? elapsed : 1) + 1;
}

void tasks_prepare(struct guest_vcpu *self)
{
	self->compute_turns = self->compute_ticks ? turns_of(self->compute_ticks) : 0;
	for (uint64_t at = 0; at < TASK_MEMORY_BYTES(self->tasks); at += PAGE_BYTES)
		*(volatile uint64_t *)(self->task_memory + at) = 0;
	arch_tasks_prepare(self);
}

static void init_block(const struct guest_vcpu *self, uint64_t i)
{
	struct guest_vcpu *block = task_block(self, i);
	const uint64_t sharers = self->tasks - computes(self), begin = self->pages * i / sharers;

	for (uint64_t w = 0; w < offsetof(struct guest_vcpu, exception) / sizeof(uint64_t); w++)
		((uint64_t *)block)[w] = ((const uint64_t *)self)[w];
	if (i == sharers) {
		block->pages = 0;
		return;
	}
	block->compute_turns = 0;
	block->first_page = self->first_page + begin;
	block->pages = self->pages * (i + 1) / sharers - begin;
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
