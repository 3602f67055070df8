// SPDX-License-Identifier: GPL-2.0-only
/*
 * All vCPUs walk all pages. All start at the first one, so that they collide as
 * often as they can.
 */
#include "access.h"

void workload_shared(struct guest_vcpu *self);

void workload_shared(struct guest_vcpu *self)
{
	const uint64_t end = self->first_page + self->pages;

	for (uint64_t page = self->first_page; page < end; page++)
		touch_page(self, page);
}
