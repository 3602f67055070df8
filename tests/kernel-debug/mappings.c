// SPDX-License-Identifier: GPL-2.0-only
#include "mappings.h"

#include <errno.h>
#include <sys/mman.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* What the oldest headers lack. */
#define POPULATE_WRITE 23
#define COLLAPSE 25

static int advise(uint64_t offset, uint64_t bytes, int advice)
{
	return madvise((void *)(ARENA_MEMORY + offset), bytes, advice) ? -errno : 0;
}

static int protect(uint64_t offset, uint64_t bytes, int protection)
{
	return mprotect((void *)(ARENA_MEMORY + offset), bytes, protection) ? -errno : 0;
}

static int drop(uint64_t offset, uint64_t bytes)
{
	return advise(offset, bytes, MADV_DONTNEED);
}

static int populate(uint64_t offset, uint64_t bytes)
{
	return advise(offset, bytes, POPULATE_WRITE);
}

static int allow_huge(uint64_t offset, uint64_t bytes)
{
	(void)bytes;
	return advise(offset / SLOT_BYTES * SLOT_BYTES, SLOT_BYTES, MADV_HUGEPAGE);
}

static int make_huge(uint64_t offset, uint64_t bytes)
{
	(void)bytes;
	return advise(offset / SLOT_BYTES * SLOT_BYTES, SLOT_BYTES, COLLAPSE);
}

static int forbid_writes(uint64_t offset, uint64_t bytes)
{
	return protect(offset, bytes, PROT_READ);
}

static int forbid(uint64_t offset, uint64_t bytes)
{
	return protect(offset, bytes, PROT_NONE);
}

static int allow(uint64_t offset, uint64_t bytes)
{
	(void)bytes;
	return protect(offset / SLOT_BYTES * SLOT_BYTES, SLOT_BYTES, PROT_READ | PROT_WRITE);
}

/* Nothing lies there until the next time that the slot's memory is mapped. */
static int unmap(uint64_t offset, uint64_t bytes)
{
	return munmap((void *)(ARENA_MEMORY + offset), bytes) ? -errno : 0;
}

static int map_slot(uint64_t offset, uint64_t bytes)
{
	(void)bytes;
	return map_memory(offset / SLOT_BYTES * SLOT_BYTES, SLOT_BYTES);
}

static int (*const memory_calls[])(uint64_t offset, uint64_t bytes) = {
	drop,  drop,  populate, populate, allow_huge, make_huge, forbid_writes, forbid,
	allow, allow, allow,	unmap,	  map_slot,   map_slot,	 map_slot,
};

struct mapping_call draw_memory_call(struct draws *d)
{
	const uint64_t page = draw_below(d, ARENA_BYTES / PAGE_BYTES);
	uint64_t pages = 1 + draw_below(d, 64);

	if (pages > ARENA_BYTES / PAGE_BYTES - page)
		pages = 1;
	return (struct mapping_call){ draw_below(d, COUNT(memory_calls)), page * PAGE_BYTES,
				      pages * PAGE_BYTES };
}

int make_memory_call(const struct mapping_call *call)
{
	return memory_calls[call->number](call->offset, call->bytes);
}

void populate_page(uint64_t offset)
{
	populate(offset / PAGE_BYTES * PAGE_BYTES, PAGE_BYTES);
}

int change_bitmaps(const struct arena *a, uint64_t number)
{
	static const int protections[] = { PROT_NONE, PROT_READ, PROT_READ | PROT_WRITE };
	void *place = (void *)ARENA_BITMAPS;

	switch (number % 8) {
	case 0:
		return munmap(place, BITMAPS_BYTES / 2) ? -errno : 0;
	case 1:
		return madvise(place, BITMAPS_BYTES, MADV_DONTNEED) ? -errno : 0;
	case 2:
		return mprotect(place, PAGE_BYTES, protections[number / 8 % COUNT(protections)]) ?
			       -errno :
			       0;
	default:
		return map_bitmaps(a);
	}
}
