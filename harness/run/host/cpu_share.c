// SPDX-License-Identifier: GPL-2.0-only
#include "cpu_share.h"

#include <hwloc.h>
#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cgroup.h"
#include "cpus.h"
#include "sys.h"

/* Of the time of all CPUs. */
#define STOLEN_TOLERANCE_PERCENT 1
/* Kernel threads and daemons are on every machine; a task that competes for a CPU takes half of it. */
#define TAKEN_TOLERANCE_PERCENT 5
#define TICK_NS 10000000. /* no kernel's is longer */

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

static bool pin(hwloc_bitmap_t cpus, const char *list, unsigned int threads)
{
	bool pinned = true;
	unsigned int cpu;

	for (unsigned int i = 0; i < threads; i++) {
		pinned = pinned && cpu_list_in_turn(list, i, &cpu);
		if (pinned)
			hwloc_bitmap_set(cpus, cpu);
	}
	return pinned;
}

char *cpu_share_cpus(const struct point *p)
{
	hwloc_bitmap_t cpus = must_have(hwloc_bitmap_alloc());
	char *text = NULL, *owned;

	if (pin(cpus, p->vcpu_cpus, p->vcpus) && pin(cpus, p->reader_cpus, point_handlers(p)) &&
	    hwloc_bitmap_list_asprintf(&text, cpus) >= 0)
		owned = must_have(text);
	else
		owned = cpus_allowed_text();
	hwloc_bitmap_free(cpus);
	return owned;
}

struct cpu_losses cpu_losses(const char *cpus)
{
	struct cpu_losses losses = { .ticks = cpu_ticks_of(cpus) };
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

/*
 * Most kernels look at each tick what a CPU is doing: n ticks of CPUs that are busy for a part of
 * the time are known to the square root of n, those of one that is always busy to one.
 */
static double ticks_error_ns(double busy_ns, double all_ns, unsigned int cpus)
{
	const double ticks = all_ns / TICK_NS, share = busy_ns < all_ns ? busy_ns / all_ns : 1;

	return (3 * sqrt(ticks * share * (1 - share)) + cpus) * TICK_NS;
}

json_t *cpu_losses_since(const char *cpus, struct cpu_losses before, double duration_s,
			 uint64_t own_ns)
{
	const struct cpu_losses now = cpu_losses(cpus);
	const uint64_t throttles = now.throttles - before.throttles;
	const uint64_t stolen_ns = now.ticks.stolen_ns - before.ticks.stolen_ns;
	const uint64_t busy_ns = now.ticks.busy_ns - before.ticks.busy_ns;
	const uint64_t taken_ns = busy_ns > own_ns ? busy_ns - own_ns : 0;
	const double all_ns = duration_s * 1e9 * now.ticks.cpus, percent_ns = all_ns / 100;
	const bool is_stolen = (double)stolen_ns > percent_ns * STOLEN_TOLERANCE_PERCENT;
	const bool is_taken = (double)taken_ns > percent_ns * TAKEN_TOLERANCE_PERCENT &&
			      (double)taken_ns >
				      ticks_error_ns((double)busy_ns, all_ns, now.ticks.cpus);

	return json_pack("{s:s, s:I, s:I, s:I, s:I, s:b}", "cpus", cpus, "throttles",
			 (json_int_t)throttles, "throttled_ns",
			 (json_int_t)(now.throttled_ns - before.throttled_ns), "stolen_ns",
			 (json_int_t)stolen_ns, "taken_ns", (json_int_t)taken_ns, "is_much",
			 throttles || is_stolen || is_taken);
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
