// SPDX-License-Identifier: GPL-2.0-only
#include "resolve_memory.h"

#include "error.h"
#include "mode.h"

uint64_t point_grain_pages(const struct point *p)
{
	return p->grain == GRAIN_HUGE ? backing_kinds[p->backing].huge_pages : 1;
}

uint64_t point_pages_step(const struct point *p)
{
	/* Each task begins with a fault of its own, or it would not be known which one fetches. */
	const unsigned int tasks = p->grain == GRAIN_HUGE ? p->tasks : 1;

	return point_is_huge(p) ? (uint64_t)backing_kinds[p->backing].huge_pages * tasks : 1;
}

/*
 * What a fault brings: in mode kernel whatever memory is made of; userfaultfd takes whole pages of
 * it; KVM Userfault any that KVM can be told of, which are small.
 */
static int resolve_grain(struct point *p)
{
	const char *const backing = backing_names[p->backing], *const mode = mode_names[p->mode];
	const bool is_pool = backing_kinds[p->backing].pool_size;
	const bool has_uffds = mode_handlers[p->mode] == HANDLERS_UFFDS;
	const bool is_kernel = p->mode == MODE_kernel;
	const bool is_huge = is_kernel ? point_has_huge_pages(p) : has_uffds && is_pool;

	if (p->grain == GRAIN_AUTO)
		p->grain = is_huge ? GRAIN_HUGE : GRAIN_4K;
	if (is_huge && p->grain == GRAIN_4K)
		return error("grain=4k cannot be had with mode=%s and backing=%s: %s; leave it out",
			     mode, backing,
			     is_kernel ?
				     "the kernel brings whole huge pages" :
				     "UFFDIO_COPY and UFFDIO_CONTINUE take whole huge pages there");
	if (is_kernel && p->grain == GRAIN_HUGE && !is_huge)
		return error("mode=kernel brings pages of 4 KiB with backing=%s and thp=never; "
			     "leave grain out, or use thp=always",
			     backing);
	return 0;
}

int resolve_memory(struct point *p)
{
	const struct backing_kind *kind = &backing_kinds[p->backing];

	if (p->bench != BENCH_fault &&
	    (kind->pool_size || kind->is_guest_memfd || p->grain == GRAIN_HUGE))
		return error("bench=%s has no backing=%s and no grain=huge; use backing=anon or "
			     "shmem, and leave grain out",
			     bench_names[p->bench], backing_names[p->backing]);
	if (p->meanwhile == MEANWHILE_CHANGES && kind->is_guest_memfd)
		return error("meanwhile=changes needs dirty logging, which guest_memfd does not "
			     "have; leave it out");
	if (p->thp == THP_ALWAYS && kind->is_guest_memfd)
		return error("guest_memfd has no huge pages; leave thp=always out");
	if (p->thp == THP_ALWAYS && kind->pool_size)
		return error("thp=always says nothing with backing=%s, which is of huge pages in "
			     "any case; leave it out",
			     backing_names[p->backing]);
	if (resolve_grain(p))
		return -1;
	if (p->pages % point_pages_step(p))
		return error("pages=%u are no whole huge pages; with backing=%s, thp=%s, grain=%s "
			     "and tasks=%u take a multiple of %llu",
			     p->pages, backing_names[p->backing],
			     point_key("thp")->range.names[p->thp],
			     point_key("grain")->range.names[p->grain], p->tasks,
			     (unsigned long long)point_pages_step(p));
	return 0;
}
