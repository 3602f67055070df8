// SPDX-License-Identifier: GPL-2.0-only
#include "pending.h"

#include <stdlib.h>

#include "fail.h"

void pending_init(struct pending *pending, uint64_t capacity)
{
	uint64_t places = 1;

	while (places < capacity)
		places *= 2;
	*pending = (struct pending){
		.ring = calloc(places, sizeof(*pending->ring)),
		.mask = places - 1,
	};
	if (!pending->ring)
		fail("no memory for %llu pending pages", (unsigned long long)capacity);
}

void pending_free(struct pending *pending)
{
	free(pending->ring);
}

void pending_add(struct pending *pending, uint64_t page, uint64_t due_ticks)
{
	struct pending_page *ring = pending->ring;
	const uint64_t mask = pending->mask;
	uint64_t i = pending->tail++;

	for (; i != pending->head && ring[(i - 1) & mask].due_ticks > due_ticks; i--)
		ring[i & mask] = ring[(i - 1) & mask];
	ring[i & mask] = (struct pending_page){ .page = page, .due_ticks = due_ticks };
}
