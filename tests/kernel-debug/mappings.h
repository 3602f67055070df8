/* SPDX-License-Identifier: GPL-2.0-only */
/* What a VMM does to its memory and to its bitmaps while vCPUs run. */
#ifndef FAULTLINE_MAPPINGS_H
#define FAULTLINE_MAPPINGS_H

#include "arena.h"
#include "draws.h"

struct mapping_call {
	uint64_t number, offset, bytes;
};

/* Something with pages of the arena's memory. The latter returns 0 or -errno. */
struct mapping_call draw_memory_call(struct draws *d);
int make_memory_call(const struct mapping_call *call);

/* Makes a page present, if the memory around it allows for that. */
void populate_page(uint64_t offset);

/* Takes all bitmaps away, or gives them back; which of it follows from a number. Returns 0 or -errno. */
int change_bitmaps(const struct arena *a, uint64_t number);

#endif
