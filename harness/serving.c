// SPDX-License-Identifier: GPL-2.0-only
#include "serving.h"

#include "../workloads/workload.h"
#include "mode.h"

bool handler_serves(const struct point *p, unsigned int handler, unsigned int vcpu)
{
	const unsigned int queues = p->uffds * p->queues, apart = queues_apart(queues, p->readers);
	const uint64_t pages = point_pages_total(p);
	const bool is_shared = workload_is_shared[p->workload];
	const uint64_t begin = is_shared ? 0 : share_begin(pages, p->vcpus, vcpu);
	const uint64_t end = is_shared ? pages : share_begin(pages, p->vcpus, vcpu + 1);

	if (mode_handlers[p->mode] == HANDLERS_VCPUS)
		return handler == handler_of_vcpu(p->readers, vcpu);
	/* Faults of any vCPU may come to any queue of what has its pages. */
	for (unsigned int q = handler % apart; q < queues; q += apart)
		if (share_begin(pages, p->uffds, q / p->queues) < end &&
		    share_begin(pages, p->uffds, q / p->queues + 1) > begin)
			return true;
	return false;
}
