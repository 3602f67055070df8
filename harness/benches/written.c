// SPDX-License-Identifier: GPL-2.0-only
#include "written.h"

#include "../point/create.h"
#include "../point/fail.h"

void written_create(struct measurement *m)
{
	const struct point *p = m->point;
	const size_t bytes = m->pages_total * PAGE_BYTES;

	create_vm(m, bytes, 0);
	memory_create_sparse(&m->memory, p->backing, p->fault, bytes, p->mapped == MAPPED_2M);
	create_slot(m);
}

void written_check(const struct measurement *m, uint64_t verified)
{
	const uint64_t pages = point_pages_total(m->point);

	if (verified != pages)
		fail("%llu of %llu pages have what was written to them last",
		     (unsigned long long)verified, (unsigned long long)pages);
}
