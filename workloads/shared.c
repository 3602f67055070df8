// SPDX-License-Identifier: GPL-2.0-only
/*
 * All vCPUs walk all pages. All start at the first one, so that they collide as
 * often as they can.
 */
#include "access.h"

void workload_shared(struct guest_vcpu *self);

void workload_shared(struct guest_vcpu *self)
{
	for (uint64_t page = 0; page < self->pages; page++)
		touch_page(self, page);
}
