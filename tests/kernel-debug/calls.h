/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The calls whose order and arguments are drawn. Each is checked: it must fail with what is documented, and
 * a memslot that no VM can have must be refused.
 */
#ifndef FAULTLINE_CALLS_H
#define FAULTLINE_CALLS_H

#include <time.h>

#include "arena.h"
#include "draws.h"

enum call_kind {
	CALL_SET_REGION2,
	CALL_SET_REGION,
	CALL_RUN,
	CALL_PRE_FAULT,
	CALL_DIRTY_LOG,
	CALL_ATTRIBUTES,
	CALL_MEMFD,
	CALL_ALLOCATE,
	CALL_MEMORY,
	CALL_BITMAPS,
	CALL_KINDS
};

/* What has come of calls; in memory that outlives who makes them. */
struct tally {
	_Atomic uint64_t done[CALL_KINDS], refused[CALL_KINDS];
	_Atomic uint64_t commands, faults; /* of the guest's: carried out; reported */
	_Atomic uint64_t digest; /* of all arguments, whatever the order of threads */
};

struct caller {
	struct arena *arena;
	struct tally *tally;
	struct draws draws;
	struct vcpu *vcpu; /* its own; others are seldom called for */
	timer_t alarm; /* of the thread, see start_caller() */
	bool is_wild; /* also draws what no program would ask for */
	uint64_t digest; /* of the arguments so far */
};

/* For the thread that is to call, before it does. */
void start_caller(struct caller *caller);

/* The kinds that are left out are the ones with bit 1 << kind clear. */
enum call_kind draw_kind(struct draws *d, unsigned int kinds);

#define ALL_CALLS ((1u << CALL_KINDS) - 1)

/* Draws the arguments, calls, and checks what comes back. Ends the program through fail(). */
void make_call(struct caller *caller, enum call_kind kind);

const char *call_name(enum call_kind kind);

#endif
