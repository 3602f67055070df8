// SPDX-License-Identifier: GPL-2.0-only
#include "cost.h"

#include "../../mode.h"
#include "../../../workloads/workload.h"

#define TIMEOUT_S 300
#define WRITER_S 0.1
#define COMPUTE_S_PER_MS 0.003 /* a million instructions */
#define TIMEOUT_COSTS 10 /* a slow machine, and others at work on it */

/*
 * Fitted to the user CPU time of points with 16 to 240 CPUs on Debian 12, 3 GHz or so: the
 * boot; making, starting and checking vCPUs; faults. A fault makes most CPUs wait,
 * and each of those has a turn in every pass. Pages that come with another one's fault are
 * copied, mapped and checked.
 */
static double simulated_cost_s(const struct point *p)
{
	const double cpus = p->cpus, boot_s = 0.9 + 0.006 * cpus + 6e-5 * cpus * cpus;
	const double faults = (double)(point_pages_total(p) / point_grain_pages(p));
	double page_s = 0.3e-3 + 2e-6 * cpus, vcpu_s = 0.015;

	if (p->mode == MODE_kernel)
		page_s = 0.1e-3;
	if (p->mode == MODE_uffd)
		page_s = 0.3e-3 + 9e-6 * cpus;
	if (p->coherence_ns)
		page_s *= 2;
	if (p->handler == HANDLER_POLL && point_handlers(p))
		page_s *= 2; /* theirs have a turn in every pass, too */
	if (p->workload == WORKLOAD_writer)
		vcpu_s += WRITER_S; /* it writes all the time */
	/* Each executes as many instructions, at speed a ns. */
	vcpu_s += p->compute_ms * p->speed * COMPUTE_S_PER_MS;
	return boot_s + p->draws * (vcpu_s * p->vcpus + page_s * faults +
				    0.15e-3 * ((double)point_pages_total(p) - faults));
}

/* Natively points last for as long as is asked for, whatever they measure. */
double cost_s(const struct point *p)
{
	return p->seconds && point_is_native(p) ? p->seconds : simulated_cost_s(p);
}

double cost_timeout_s(const struct point *p, double asked_s)
{
	return asked_s ? asked_s : TIMEOUT_S + TIMEOUT_COSTS * cost_s(p);
}
