// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel brings pages by itself: it allocates, clears and maps them, and where
 * they exist elsewhere only maps them. What a fault costs when nobody is told.
 */
#include "../point/measurement.h"

/* With pages that exist elsewhere, content must be there before the guest comes. */
static void start(struct measurement *m)
{
	if (m->memory.alias)
		memory_fill(m->memory.alias, m->memory.bytes, m->point->seed);
}

const struct mode mode_kernel = {
	.kvm_waits = true,
	.way = WAY_NONE,
	.start = start,
};
