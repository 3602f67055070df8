/* SPDX-License-Identifier: GPL-2.0-only */
/* Points being measured at the same time: as many as are asked for, as far as memory allows. */
#ifndef FAULTLINE_POOL_H
#define FAULTLINE_POOL_H

#include "execution.h"

/* A place where one point at a time runs. */
struct pool_slot {
	struct execution execution;
	void *what; /* the caller's own; NULL when the slot is free */
	uint64_t memory_bytes; /* that its point needs */
};

struct pool {
	struct pool_slot *slots;
	unsigned int count, running;
	uint64_t memory_free_bytes; /* VMs take theirs as they go on, so it is reserved here */
};

void pool_init(struct pool *pool, unsigned int count);

/* A free slot, if there is memory for the point beside those that run, or it is alone; or NULL. */
struct pool_slot *pool_room(const struct pool *pool, const struct host *host,
			    const struct point *point);

/* Starts a point in such a slot. Returns 0, or -1 after error(). */
int pool_start(struct pool *pool, struct pool_slot *slot, const struct job *job, void *what);

/*
 * One that has ended, with its record, a new reference; NULL where there is none. It is to be
 * released before the next call.
 */
struct pool_slot *pool_ended(struct pool *pool, json_t **record);
void pool_release(struct pool *pool, struct pool_slot *slot);

/* What the first of those that run is; NULL when nothing does. */
void *pool_at_hand(const struct pool *pool);

/* Ends what runs. */
void pool_free(struct pool *pool);

#endif
