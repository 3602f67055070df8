// SPDX-License-Identifier: GPL-2.0-only
#include "serving.h"

#include "../workloads/workload.h"
#include "mode.h"

bool handler_serves(const struct point *p, unsigned int handler, unsigned int vcpu)
{
	const unsigned int apart = uffds_apart(p->uffds, p->readers);
	const uint64_t pages = point_pages_total(p);
	const bool is_shared = workload_is_shared[p->workload];
	const uint64_t begin = is_shared ? 0 : share_begin(pages, p->vcpus, vcpu);
	const uint64_t end = is_shared ? pages : share_begin(pages, p->vcpus, vcpu + 1);

	if (mode_handlers[p->mode] == HANDLERS_VCPUS)
		return handler == handler_of_vcpu(p->readers, vcpu);
	for (unsigned int u = handler % apart; u < p->uffds; u += apart)
		if (share_begin(pages, p->uffds, u) < end &&
		    share_begin(pages, p->uffds, u + 1) > begin)
			return true;
	return false;
}
