/* SPDX-License-Identifier: GPL-2.0-only */
/* What simulated time went to: a tree of calls, with the time of each stack by phase and kind. */
#ifndef FAULTLINE_MANYCORE_ACCOUNT_H
#define FAULTLINE_MANYCORE_ACCOUNT_H

#include <stdint.h>
#include <stdio.h>

#include "../phases.h"
#include "functions.h"

enum role { ROLE_VCPU, ROLE_HANDLER, ROLE_IDLE, ROLE_OTHER, ROLE_COUNT };

enum kind {
	KIND_RUNS, /* an instruction each */
	KIND_SPINS, /* gave up the rest of its slice by PAUSE */
	KIND_STALLED, /* by cache lines from other CPUs */
	KIND_CUT, /* slice that QEMU ended early */
	KIND_HALTED, /* nothing to run */
	KIND_ASLEEP, /* the thread, not a CPU */
	KIND_RUNNABLE, /* woken or preempted, and not yet running */
	KIND_COUNT,
};

extern const char *const account_roles[];
extern const char *const account_kinds[]; /* "" for KIND_RUNS */

struct node; /* of the tree: a function with all its callers */

/* The node that stands for a role. */
struct node *account_root(enum role role);

/* The node for a call of function name (kept as a pointer) from parent. NULL without memory. */
struct node *account_call(struct node *parent, const char *name);

/* The node for a wait in parent for the lock at that address. NULL without memory. */
struct node *account_lock(struct node *parent, uint64_t address);

/* ns above 0 of time of that kind, in the phase of the page that the thread is at, if any. */
void account_add(struct node *node, enum phase phase, enum kind kind, uint64_t ns);

/*
 * Writes a line for every stack, phase and kind that took time: the phase's name, the
 * ns, and the stack with ; in between, from the role down, with the kind, unless it is KIND_RUNS,
 * as innermost function. A lock is "lock_" and what functions_write_object() makes of it.
 */
void account_write(FILE *out, const struct functions *functions);

void account_free(void);

#endif
