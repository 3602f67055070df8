// SPDX-License-Identifier: GPL-2.0-only
/* What tables, captions and the report say about a run in the same words. */
#include <string.h>

#include "report_data.h"

static const struct {
	const char *name, *summary, *statement;
} tiers[] = {
	{
		"hardware",
		"the kernel on a real machine, timed by its own counter: good for performance claims",
		"The kernel ran on a real machine and was timed by the CPU's own counter. These figures "
		"may be quoted as performance, for this machine and this configuration.",
	},
	{
		"nested",
		"on a machine that is itself a virtual one: trends only, no absolute claims",
		"The kernel ran on a machine that is itself a virtual one, so every exit also pays for "
		"the outer hypervisor. Trends and ratios of one run are meaningful; absolute figures "
		"are not.",
	},
	{
		"simulated",
		"simulated CPUs, every instruction takes the same time: exact and repeatable path lengths and "
		"shapes, no absolute rates",
		"The patched kernel ran in QEMU with instruction counting: every instruction "
		"takes the same simulated time, a second run gives the same digits. Caches, instructions per "
		"cycle, NUMA, SMT and the hardware's cost of an exit are not modelled, so these are not "
		"predictions of any machine's rates.",
	},
	{
		"emulated",
		"functional and race testing only: no time is shown",
		"The kernel ran in QEMU at whatever speed the machine gave it. This says whether pages "
		"arrived, once each and with the right content, and nothing about time; no time is "
		"shown.",
	},
};

#define TIERS (sizeof(tiers) / sizeof(tiers[0]))

const char *tier_summary(const char *tier)
{
	for (size_t i = 0; i < TIERS; i++)
		if (!strcmp(tiers[i].name, tier))
			return tiers[i].summary;
	return "not a tier that is known here: do not use these figures";
}

const char *tier_statement(const char *tier)
{
	for (size_t i = 0; i < TIERS; i++)
		if (!strcmp(tiers[i].name, tier))
			return tiers[i].statement;
	return tier_summary(tier);
}

static bool one_simulated_cpu(const struct panel *panel)
{
	return !strcmp(panel->tier, "simulated") && !panel_is_manycore(panel);
}

const char *panel_limits_summary(const struct panel *panel)
{
	if (panel_is_manycore(panel))
		return "simulated CPUs in parallel: locks and wake-ups contend, caches do only as "
		       "far as coherence says";
	return one_simulated_cpu(panel) ?
		       "one simulated CPU: where it is busy, pages/s is path length, not contention" :
		       "";
}

const char *panel_limits_statement(const struct panel *panel)
{
	if (panel_is_manycore(panel))
		return "Simulated CPUs make progress in parallel in simulated time: speed is how many "
		       "instructions each runs per ns, quantum how many it may be apart from others, "
		       "coherence how many ns a cache line takes from one to another. Locks, run "
		       "queues and wake-ups across CPUs contend as on a machine with as many cores. "
		       "Instructions per cycle, other cache misses, NUMA, SMT and the hardware's cost "
		       "of an exit are not modelled: compare shapes, rankings and ratios, at "
		       "coherence=0 and at a real machine's value.";
	return one_simulated_cpu(panel) ?
		       "There is one simulated CPU, which all vCPU and handler threads share. Fetch "
		       "delays overlap, code does not: where the CPU is busy all the time, pages/s is "
		       "the inverse of a fault's path length (instructions, all threads together), and "
		       "latency grows in proportion to the vCPUs that wait for the CPU. Contention "
		       "between CPUs (locks, cache lines, wake-ups across CPUs) cannot show here: a "
		       "mode that collapses on a many-core machine looks flat." :
		       "";
}

static const char *target_kernel(const json_t *target, char *buf, size_t size)
{
	const json_t *kernel = json_object_get(target, "kernel");
	char version[128], series[128];

	json_text(kernel, "version", version, sizeof(version));
	json_text(kernel, "series_sha256", series, sizeof(series));
	snprintf(buf, size, "%s%s%.12s", version[0] ? version : "unknown",
		 series[0] ? ", series " : ", not built by faultline", series);
	return buf;
}

const char *run_kernel(const struct run_data *run, const char *arch, char *buf, size_t size)
{
	json_t *targets = json_object_get(run->run, "targets"), *target;
	char text[512], first[512] = "";
	bool is_one = true;
	size_t used = 0;
	const char *name;

	if (arch || json_object_size(targets) < 2) {
		target = arch ? json_object_get(targets, arch) :
				json_object_iter_value(json_object_iter(targets));
		return target_kernel(target, buf, size);
	}
	json_object_foreach (targets, name, target) {
		target_kernel(target, text, sizeof(text));
		if (!first[0])
			strcpy(first, text);
		is_one &= !strcmp(text, first);
		if (used < size)
			used += snprintf(buf + used, size - used, "%s%s: %s", used ? "; " : "",
					 name, text);
	}
	if (is_one)
		snprintf(buf, size, "%s", first);
	return buf;
}

const char *run_version(const struct run_data *run, char *buf, size_t size)
{
	json_text(json_object_get(run->run, "faultline"), "version", buf, size);
	if (!buf[0])
		snprintf(buf, size, "of unknown version");
	return buf;
}

const char *run_incomplete(const struct run_data *run, char *buf, size_t size)
{
	char failed[64] = "";

	if (run->failed)
		snprintf(failed, sizeof(failed), ", %zu failed", run->failed);
	if (run->complete)
		snprintf(buf, size, "%s", "");
	else
		snprintf(buf, size, "INCOMPLETE: %zu of %zu points%s", run->done, run->planned,
			 failed);
	return buf;
}
