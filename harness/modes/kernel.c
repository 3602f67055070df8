// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel fills pages by itself: what a fault costs when nobody is told. A guest
 * that only reads anonymous memory gets the shared page of zeroes, so that there is
 * nothing to fill.
 */
#include "../point/measurement.h"

/* With pages that exist elsewhere, content must be there before the guest comes. */
static void start(struct measurement *m)
{
	if (m->memory.alias)
		memory_fill(m->memory.alias, m->memory.bytes, m->point->seed);
}

const struct mode mode_kernel = {
	.way = WAY_NONE,
	.start = start,
};
