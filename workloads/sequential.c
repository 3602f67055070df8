// SPDX-License-Identifier: GPL-2.0-only
/* Each vCPU walks a part of its own, page by page: the reference benchmark's pattern. */
#include "access.h"

void workload_sequential(struct guest_vcpu *self);

void workload_sequential(struct guest_vcpu *self)
{
	for (uint64_t i = 0; i < self->pages; i++)
		touch_page(self, self->first_page + i);
}
