/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tasks that share a vCPU and its part of the pages. Where the guest is told of pages that are
 * not there (async_pf), another task runs meanwhile; otherwise they run one after the other.
 */
#ifndef FAULTLINE_TASKS_H
#define FAULTLINE_TASKS_H

#include "guest_abi.h"

/* Whether there is anything to share, or to be told of. */
static inline _Bool has_tasks(const struct guest_vcpu *self)
{
	return self->tasks > 1 || self->async_pf;
}

/* What task number i of self->tasks has of its own: the control block up to its exception. */
static inline struct guest_vcpu *task_block(const struct guest_vcpu *self, uint64_t i)
{
	return (struct guest_vcpu *)(self->task_memory + (i + 1) * TASK_BYTES);
}

static inline uint64_t task_number(const struct guest_vcpu *self, const struct guest_vcpu *block)
{
	return ((uint64_t)(uintptr_t)block - self->task_memory) / TASK_BYTES - 1;
}

static inline _Bool computes(const struct guest_vcpu *block)
{
	return block->compute_turns != 0;
}

void compute(uint64_t turns);

/* Before the workload: writes to all memory of tasks, and gets ready to be told of pages. */
void tasks_prepare(struct guest_vcpu *self);

/* Calls run() with the block of each task, in a task each; returns when all have. */
void tasks_run(struct guest_vcpu *self, void (*run)(struct guest_vcpu *task));

/*
 * What takes an architecture's own: to get ready to be told of pages, and to call run() with all
 * blocks and switch between them.
 */
void arch_tasks_prepare(struct guest_vcpu *self);
void arch_tasks_run(struct guest_vcpu *self, void (*run)(struct guest_vcpu *task));

#endif
