/* SPDX-License-Identifier: GPL-2.0-only */
/* The functions that a thread is in, on one kind of stack. */
#ifndef FAULTLINE_MANYCORE_CALLS_H
#define FAULTLINE_MANYCORE_CALLS_H

#include <stdbool.h>
#include <stdint.h>

#include "account.h"
#include "functions.h"

#define CALLS_MAX 96 /* what is called from there counts for its caller */

struct calls {
	unsigned int depth, shift; /* addresses shifted by that are the same on one stack */
	struct frame {
		const struct function *function;
		uint64_t stack_pointer; /* at entry */
		struct node *node;
	} frames[CALLS_MAX];
};

/*
 * A block of f starts, is_entry: with its first instruction. Drops the functions that have returned.
 * Returns 1 if f was entered, from parent if it is the outermost, 0 if it was in it before, -1 without
 * memory. A function that is in the middle although it was not seen to start is taken as entered, too.
 */
int calls_enter(struct calls *s, struct node *parent, const struct function *f, bool is_entry,
		uint64_t stack_pointer);

/* The node of the innermost function; parent when there is none. */
struct node *calls_node(const struct calls *s, struct node *parent);

#endif
