// SPDX-License-Identifier: GPL-2.0-only
#include "draw.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "../time_units.h"
#include "fail.h"
#include "memory.h"

#define DRAW_BYTES ((size_t)DRAW_PAGES * PAGE_BYTES)

/* The finalizer of MurmurHash3. */
static uint64_t mixed(uint64_t x)
{
	x = (x ^ x >> 33) * 0xff51afd7ed558ccd;
	x = (x ^ x >> 33) * 0xc4ceb9fe1a85ec53;
	return x ^ x >> 33;
}

uint64_t draw_number(const struct measurement *m, enum draw_thread kind, unsigned int index)
{
	uint64_t place = (uint64_t)m->draw << 32 | (uint64_t)kind << 31 | index;

	return mixed(mixed(m->point->seed) ^ place);
}

uint64_t draw_shift(const struct measurement *m, unsigned int vcpu, unsigned int max_ns)
{
	if (m->point->draws == 1)
		return 0;
	return draw_number(m, DRAW_VCPU, vcpu) % (ticks_of_ns(max_ns, m->ticks_hz) + 1);
}

void *draw_take_pages(const struct measurement *m, enum draw_thread kind, unsigned int index)
{
	unsigned int pages = (draw_number(m, kind, index) >> 32) % DRAW_PAGES;
	char *taken;

	if (!point_is_manycore(m->point))
		return NULL;
	taken = mmap(NULL, DRAW_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (taken == MAP_FAILED)
		fail("mapping %d pages: %s", DRAW_PAGES, strerror(errno));
	for (unsigned int i = 0; i < pages; i++)
		*(volatile char *)(taken + (size_t)i * PAGE_BYTES) = 1;
	return taken;
}

void draw_give_pages(void *pages)
{
	if (pages)
		munmap(pages, DRAW_BYTES);
}
