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
	char *frames; /* "handler;reader_main;...", the kind last where it is not KIND_RUNS */
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
};

/*
 * Reads what the plugin wrote, and checks it: every CPU's time and every thread's adds up to
 * the window. Returns 0, or -1 after error().
 */
int stacks_read(struct stacks *stacks, const char *path);
void stacks_free(struct stacks *stacks);

/*
 * Those stacks of which wanted() is true, whatever the phase. Borrows the frames; free v only.
 */
struct stacks stacks_select(const struct stacks *all,
			    bool (*wanted)(const struct stack *stack, int arg), int arg);

/* "a;b;c 123" a line, as flame graph tools read it. */
void stacks_write(FILE *out, const struct stacks *stacks);

uint64_t stacks_sum(const struct stacks *stacks);

/* Kinds that are a CPU's time, and those of a thread without one. */
bool kind_is_on_cpu(enum kind kind);

#endif
