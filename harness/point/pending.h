/* SPDX-License-Identifier: GPL-2.0-only */
/* The pages that an asynchronous handler has asked for, the one that comes first in front. */
#ifndef FAULTLINE_PENDING_H
#define FAULTLINE_PENDING_H

#include <stddef.h>
#include <stdint.h>

struct pending_page {
	uint64_t page, due_ticks;
};

struct pending {
	struct pending_page *ring;
	uint64_t mask; /* of places in the ring, whose number is a power of two */
	uint64_t head, tail;
};

/* For up to capacity pages at a time; fail()s without memory. */
void pending_init(struct pending *pending, uint64_t capacity);
void pending_free(struct pending *pending);

/*
 * Adds a page that comes at due_ticks. One that comes after all others, as mostly it does, is
 * put at the end without looking any further.
 */
void pending_add(struct pending *pending, uint64_t page, uint64_t due_ticks);

/* The page that comes first, of several at a time the one added first; NULL when there is none. */
static inline const struct pending_page *pending_first(const struct pending *pending)
{
	return pending->head == pending->tail ? NULL :
						&pending->ring[pending->head & pending->mask];
}

/* Takes the first one away; there must be one. */
static inline void pending_remove_first(struct pending *pending)
{
	pending->head++;
}

#endif
