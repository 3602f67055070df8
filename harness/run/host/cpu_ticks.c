// SPDX-License-Identifier: GPL-2.0-only
#include "cpu_ticks.h"

#include <hwloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../time_units.h"
#include "cpus.h"
#include "sys.h"

#define LOAD_SAMPLE_NS 250000000u

/*
 * Guests' time is in that of user and nice. Interrupts are left out: where the kernel keeps their
 * time apart, that of a point's own timers and wake-ups is in no time of its threads.
 */
static bool parse_line(const char *line, unsigned int *cpu, struct cpu_ticks *ticks)
{
	const long hz = sysconf(_SC_CLK_TCK);
	unsigned long long user, nice, system, stolen;

	if (sscanf(line, "cpu%u %llu %llu %llu %*u %*u %*u %*u %llu", cpu, &user, &nice, &system,
		   &stolen) != 5)
		return false;
	*ticks = (struct cpu_ticks){
		.cpus = 1,
		.busy_ns = ns_of_ticks(user + nice + system, hz),
		.stolen_ns = ns_of_ticks(stolen, hz),
	};
	return true;
}

struct cpu_ticks cpu_ticks_of(const char *list)
{
	char *text = sys_read("/proc/stat"), *rest = text, *line;
	hwloc_bitmap_t cpus = must_have(hwloc_bitmap_alloc());
	struct cpu_ticks all = { 0 }, one;
	unsigned int cpu;

	if (hwloc_bitmap_list_sscanf(cpus, list))
		hwloc_bitmap_zero(cpus);
	while ((line = strsep(&rest, "\n"))) {
		if (!parse_line(line, &cpu, &one) || !hwloc_bitmap_isset(cpus, cpu))
			continue;
		all.cpus += one.cpus;
		all.busy_ns += one.busy_ns;
		all.stolen_ns += one.stolen_ns;
	}
	hwloc_bitmap_free(cpus);
	free(text);
	return all;
}

/* The mean number of tasks that ran or waited for it in the last minute. */
static json_t *average_1m(void)
{
	char *text = sys_read("/proc/loadavg");
	double average;
	bool is_known = text && sscanf(text, "%lf", &average) == 1;

	free(text);
	return is_known ? json_real(average) : json_null();
}

json_t *cpu_load(void)
{
	const struct timespec sample = { .tv_nsec = LOAD_SAMPLE_NS };
	char *list = cpus_allowed_text();
	struct cpu_ticks before = cpu_ticks_of(list), after;
	struct stopwatch watch;
	double busy_cpus;

	stopwatch_start(&watch);
	clock_nanosleep(CLOCK_MONOTONIC, 0, &sample, NULL);
	after = cpu_ticks_of(list);
	busy_cpus = (double)(after.busy_ns - before.busy_ns) / 1e9 / stopwatch_s(&watch);
	free(list);
	return json_pack("{s:i, s:f, s:o}", "cpus", (int)after.cpus, "busy_cpus",
			 (double)(int)(busy_cpus * 100 + 0.5) / 100, "average_1m", average_1m());
}
