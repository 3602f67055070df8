// SPDX-License-Identifier: GPL-2.0-only
#include "cpu_share.h"

#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgroup.h"
#include "cpus.h"
#include "sys.h"

#define STOLEN_TOLERANCE_PERCENT 1 /* of the time of all CPUs */

/* The quota of one group in CPUs, INFINITY without one. */
static double group_quota(bool is_v2, const char *dir)
{
	char *path = xasprintf("%s/cpu.max", dir), *text = is_v2 ? sys_read(path) : NULL;
	double quota_us = INFINITY, period_us = 0;

	if (is_v2) {
		if (!text || sscanf(text, "%lf %lf", &quota_us, &period_us) != 2)
			quota_us = INFINITY; /* also for "max" */
	} else {
		uint64_t us = sys_number_in(dir, "cpu.cfs_quota_us", "", UINT64_MAX);

		quota_us = us == UINT64_MAX ? INFINITY : (double)us;
		period_us = (double)sys_number_in(dir, "cpu.cfs_period_us", "", 0);
	}
	free(text);
	free(path);
	return isfinite(quota_us) && period_us > 0 ? quota_us / period_us : INFINITY;
}

/* The least of all groups upward, and whose it is; caller frees that. */
static double quota(char **whose)
{
	double least = INFINITY;
	struct cgroups groups;

	*whose = NULL;
	cgroups_find(&groups, "cpu");
	for (size_t i = 0; i < groups.dirs.n; i++) {
		double cpus = group_quota(groups.is_v2, groups.dirs.v[i]);

		if (cpus >= least)
			continue;
		least = cpus;
		free(*whose);
		*whose = xasprintf("%s/%s", groups.dirs.v[i],
				   groups.is_v2 ? "cpu.max" : "cpu.cfs_quota_us");
	}
	cgroups_free(&groups);
	return least;
}

struct cpu_losses cpu_losses(void)
{
	struct cpu_losses losses = { .stolen_ns = cpus_stolen_ns() };
	struct cgroups groups;

	cgroups_find(&groups, "cpu");
	for (size_t i = 0; i < groups.dirs.n; i++) {
		const char *dir = groups.dirs.v[i];

		losses.throttles += sys_number_in(dir, "cpu.stat", "nr_throttled", 0);
		losses.throttled_ns +=
			groups.is_v2 ? sys_number_in(dir, "cpu.stat", "throttled_usec", 0) * 1000 :
				       sys_number_in(dir, "cpu.stat", "throttled_time", 0);
	}
	cgroups_free(&groups);
	return losses;
}

json_t *cpu_losses_since(struct cpu_losses before, double duration_s)
{
	struct cpu_losses now = cpu_losses();
	uint64_t throttles = now.throttles - before.throttles;
	uint64_t stolen_ns = now.stolen_ns - before.stolen_ns;
	bool is_stolen = (double)stolen_ns * 100 >
			 duration_s * 1e9 * cpus_allowed() * STOLEN_TOLERANCE_PERCENT;

	return json_pack("{s:I, s:I, s:I, s:b}", "throttles", (json_int_t)throttles, "throttled_ns",
			 (json_int_t)(now.throttled_ns - before.throttled_ns), "stolen_ns",
			 (json_int_t)stolen_ns, "is_much", throttles || is_stolen);
}

unsigned int cpu_share_whole(void)
{
	unsigned int cpus = cpus_allowed();
	char *whose;
	double paid = ceil(quota(&whose));

	free(whose);
	if (paid >= cpus)
		return cpus;
	return paid >= 1 ? (unsigned int)paid : 1;
}

char *cpu_share_text(void)
{
	unsigned int cpus = cpus_allowed();
	char *whose, *mask = cpus_allowed_text(), *text;
	double paid = quota(&whose);

	if (paid < cpus)
		text = xasprintf("%u (%s), at most %.2f at a time (%s)", cpus, mask, paid, whose);
	else
		text = xasprintf("%u (%s)", cpus, mask);
	free(whose);
	free(mask);
	return text;
}

void cpu_share_warn(const struct point *p)
{
	unsigned int handlers = point_handlers(p), cpus = cpus_allowed();
	unsigned int threads = p->vcpus + handlers;
	char *whose, *mask = cpus_allowed_text();
	double paid = quota(&whose);

	if (threads > cpus)
		complain("%u vCPUs and %u handler threads share the %u CPUs that this process may "
			 "use (%s): times include waiting for a CPU",
			 p->vcpus, handlers, cpus, mask);
	if (paid < (threads < cpus ? threads : cpus))
		complain("%u vCPUs and %u handler threads have %.2f CPUs by the quota of their "
			 "control group (%s): times include being throttled; raise it",
			 p->vcpus, handlers, paid, whose);
	free(whose);
	free(mask);
}

unsigned int cpu_share_polling(const struct point *p)
{
	const struct tier_kind *tier = &tier_kinds[p->tier];
	const unsigned int handlers = point_handlers(p);
	const unsigned int cpus = tier->is_simulated ? p->cpus : cpus_allowed();
	unsigned int threads_on[CPU_SETSIZE] = { 0 }, cpu, sharing = 0;

	if (p->handler != HANDLER_POLL || !tier->is_timed)
		return 0;
	/* The kernel finds each a CPU where there are enough. */
	if (!*p->vcpu_cpus || !*p->reader_cpus)
		return p->vcpus + handlers > cpus ? handlers : 0;
	for (unsigned int i = 0; i < p->vcpus; i++)
		if (cpu_list_in_turn(p->vcpu_cpus, i, &cpu))
			threads_on[cpu]++;
	for (unsigned int i = 0; i < handlers; i++)
		if (cpu_list_in_turn(p->reader_cpus, i, &cpu))
			threads_on[cpu]++;
	for (unsigned int i = 0; i < handlers; i++)
		sharing += cpu_list_in_turn(p->reader_cpus, i, &cpu) && threads_on[cpu] > 1;
	return sharing;
}

void cpu_share_warn_polling(const struct point *p)
{
	unsigned int handlers = point_handlers(p), sharing = cpu_share_polling(p);

	if (sharing)
		complain(
			"with %u vCPUs, %u of the %u handler threads that poll share CPUs with "
			"vCPUs or with each other, and leave them only when the kernel makes them: "
			"faults may wait for its next tick; give each of the %u threads a CPU of "
			"its own (cpus, vcpu_cpus, reader_cpus), or take fewer readers",
			p->vcpus, sharing, handlers, p->vcpus + handlers);
}
