// SPDX-License-Identifier: GPL-2.0-only
/* What surrounds a workload: the meetings with the host, the clock, the check of all pages. */
#include "access.h"
#include "tasks.h"
#include "workload.h"

#define WORKLOAD(name, pages, summary) void workload_##name(struct guest_vcpu *self);
WORKLOADS
#undef WORKLOAD

#define WORKLOAD(name, pages, summary) workload_##name,
static void (*const workloads[])(struct guest_vcpu *self) = { WORKLOADS };
#undef WORKLOAD

void guest_main(struct guest_vcpu *self);

/*
 * No stage-2 faults but those of tested pages while the workload runs: touch
 * what it will write to, and the tables through which tested pages are reached.
 */
static void prepare(struct guest_vcpu *self)
{
	for (uint64_t i = 0; i < self->pages; i++)
		*(volatile uint64_t *)&page_record(self, self->first_page + i)->t0 = 0;
	touch_page_tables(self->memory + self->first_page * PAGE_BYTES, self->pages * PAGE_BYTES);
	if (has_tasks(self))
		tasks_prepare(self);
}

/* Any vCPU may have written to a word of the upper half of a shared page. */
static _Bool other_may_have_written(const struct guest_vcpu *self, uint64_t word)
{
	return self->is_shared && self->is_write && word >= PAGE_WORDS / 2;
}

static _Bool page_is_right(const struct guest_vcpu *self, uint64_t page)
{
	const volatile uint64_t *words = page_words(self, page);
	const uint64_t written = content_written_word(self->index);
	const uint64_t step = page_step(self);
	uint64_t content = page_base(self, page);

	for (uint64_t i = 0; i < PAGE_WORDS; i++, content += step) {
		uint64_t word = words[i];

		if (self->is_write && i == written) {
			if (word != ~content)
				return 0;
		} else if (word != content &&
			   !(word == ~content && other_may_have_written(self, i))) {
			return 0;
		}
	}
	return 1;
}

static void verify_pages(struct guest_vcpu *self)
{
	for (uint64_t i = 0; i < self->pages; i++) {
		if (page_is_right(self, self->first_page + i))
			self->pages_verified++;
		else
			count_wrong_page(self, self->first_page + i);
	}
}

/*
 * All vCPUs start at one time, however much apart they came here. The host leaves the CPU time
 * of waiting out of account, and only here can be seen how much it is: an earlier vCPU may
 * have to give up its CPU to one that is late.
 */
static void wait_to_start(struct guest_vcpu *self)
{
	uint64_t last = arch_ticks(), now, spin_ticks = 0;

	for (; last < self->begin_ticks; last = now) {
		now = arch_ticks();
		if (now - last < self->gap_ticks)
			spin_ticks += now - last;
	}
	self->spin_ticks = spin_ticks;
}

/* One task, that only computes or runs the workload. */
static void run_task(struct guest_vcpu *task)
{
	if (computes(task))
		compute(task->compute_turns);
	else
		workloads[task->workload](task);
}

void guest_main(struct guest_vcpu *self)
{
	prepare(self);
	self->ready_ticks = arch_ticks();
	ring_doorbell(DOORBELL_READY);

	wait_to_start(self);
	self->start_ticks = arch_ticks();
	if (has_tasks(self))
		tasks_run(self, run_task);
	else
		workloads[self->workload](self);
	self->end_ticks = arch_ticks();
	ring_doorbell(DOORBELL_DONE);

	verify_pages(self);
	ring_doorbell(DOORBELL_VERIFIED);
}
