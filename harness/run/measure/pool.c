// SPDX-License-Identifier: GPL-2.0-only
#include "pool.h"

#include <stdlib.h>

#include "../base/util.h"
#include "../host/memory_room.h"

void pool_init(struct pool *pool, unsigned int count)
{
	struct memory_room room = memory_room();

	*pool = (struct pool){
		.slots = xcalloc(count, sizeof(*pool->slots)),
		.count = count,
		.memory_free_bytes = room.bytes < UINT64_MAX ? room.bytes : UINT64_MAX / 2,
	};
	free(room.bound);
}

struct pool_slot *pool_room(const struct pool *pool, const struct host *host,
			    const struct point *point)
{
	if (pool->running && host->needs(point, LIMIT_MEMORY) > pool->memory_free_bytes)
		return NULL;
	for (unsigned int i = 0; i < pool->count; i++)
		if (!pool->slots[i].what)
			return &pool->slots[i];
	return NULL;
}

int pool_start(struct pool *pool, struct pool_slot *slot, const struct job *job, void *what)
{
	if (execution_start(&slot->execution, job))
		return -1;
	slot->what = what;
	slot->memory_bytes = job->host->needs(job->point, LIMIT_MEMORY);
	pool->memory_free_bytes -= slot->memory_bytes;
	pool->running++;
	return 0;
}

struct pool_slot *pool_ended(struct pool *pool, json_t **record)
{
	for (unsigned int i = 0; i < pool->count; i++) {
		struct pool_slot *slot = &pool->slots[i];

		if (slot->what && (*record = execution_poll(&slot->execution)))
			return slot;
	}
	return NULL;
}

void pool_release(struct pool *pool, struct pool_slot *slot)
{
	execution_free(&slot->execution);
	slot->what = NULL;
	pool->memory_free_bytes += slot->memory_bytes;
	pool->running--;
}

void *pool_at_hand(const struct pool *pool)
{
	for (unsigned int i = 0; i < pool->count; i++)
		if (pool->slots[i].what)
			return pool->slots[i].what;
	return NULL;
}

void pool_free(struct pool *pool)
{
	for (unsigned int i = 0; i < pool->count; i++)
		execution_free(&pool->slots[i].execution);
	free(pool->slots);
	pool->slots = NULL;
}
