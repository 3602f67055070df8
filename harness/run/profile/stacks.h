/* SPDX-License-Identifier: GPL-2.0-only */
/* The account of a profiled point: what simulated time went to, stack by stack. */
#ifndef FAULTLINE_STACKS_H
#define FAULTLINE_STACKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "../../manycore/account.h"

struct stack {
	const char *frames; /* "handler;handler_main;...", the kind last unless it is KIND_RUNS */
	enum role role;
	enum phase phase;
	enum kind kind;
	uint64_t ns;
};

struct stacks {
	struct stack *v; /* by phase, then such that stacks with a common start are together */
	size_t n;
	uint64_t window_ns, instructions;
	unsigned int cpus, vcpus, handlers; /* the latter two threads */
	char *text; /* that the frames point into; NULL of a selection, which borrows them */
};

/*
 * Reads what the plugin wrote, and checks it: every CPU's time and every thread's adds up to
 * the window. Returns 0, or -1 after error().
 */
int stacks_read(struct stacks *stacks, const char *path);
void stacks_free(struct stacks *stacks);

/* Which stacks: all that nothing is said against. */
struct selection {
	enum phase phase; /* PHASE_NONE: of any */
	bool is_of_cpus; /* no thread's time without a CPU */
	bool is_of_pages; /* only of threads that have pages */
};

/* Those, without phase: the same in several is one. They are not to outlive the others. */
struct stacks stacks_select(const struct stacks *all, const struct selection *wanted);

uint64_t stacks_sum(const struct stacks *stacks);

/* Whether it is a CPU's time, or a thread's without one. */
bool kind_is_on_cpu(enum kind kind);

/* Whether it is of threads that are at a page or between two: vCPUs' and handlers'. */
bool role_has_pages(enum role role);

#endif
