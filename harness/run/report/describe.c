// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "describe.h"

const char *json_text(const json_t *object, const char *name, char *buf, size_t size)
{
	const json_t *value = json_object_get(object, name);

	if (json_is_string(value))
		snprintf(buf, size, "%s", json_string_value(value));
	else if (json_is_integer(value))
		snprintf(buf, size, "%lld", (long long)json_integer_value(value));
	else
		snprintf(buf, size, "%s", "");
	return buf;
}

/* The first record that has the largest value of the key, or the smallest. */
static const struct point *extreme(const struct panel *panel, const struct key *key, int sign)
{
	const struct point *best = panel->point;

	for (size_t i = 0; i < panel->record_count; i++) {
		const struct point *p = &panel->records[i].point;

		if (sign * point_key_compare(p, best, key) > 0)
			best = p;
	}
	return best;
}

static bool is_named_before(const struct panel *panel, size_t record, const struct key *key)
{
	for (size_t i = 0; i < record; i++)
		if (!point_key_compare(&panel->records[i].point, &panel->records[record].point,
				       key))
			return true;
	return false;
}

const char *panel_values(const struct panel *panel, const struct key *key, char *buf, size_t size)
{
	const struct point *low = extreme(panel, key, -1), *high = extreme(panel, key, 1);
	char from[512], to[512];
	size_t n = 0;

	point_get(low, key, from, sizeof(from));
	point_get(high, key, to, sizeof(to));
	if (!point_key_compare(low, high, key)) {
		snprintf(buf, size, "%s", from);
		return buf;
	}
	if (point_key_is_number(key)) {
		snprintf(buf, size, "%s..%s", from, to);
		return buf;
	}
	for (size_t i = 0; i < panel->record_count && n < size; i++)
		if (!is_named_before(panel, i, key))
			n += snprintf(buf + n, size - n, "%s%s", n ? "," : "",
				      point_get(&panel->records[i].point, key, from, sizeof(from)));
	return buf;
}

static bool panel_applies(const struct panel *panel, const struct key *key)
{
	for (size_t i = 0; i < panel->record_count; i++)
		if (point_key_applies(&panel->records[i].point, key))
			return true;
	return false;
}

const char *panel_conditions(const struct panel *panel, char *buf, size_t size)
{
	char values[512];
	size_t n = 0;

	buf[0] = '\0';
	for (size_t k = 0; k < point_keys_count && n < size; k++) {
		const struct key *key = &point_keys[k];

		if (key->role == ROLE_CONDITION && !key->has_own_place && panel_applies(panel, key))
			n += snprintf(buf + n, size - n, "%s%s=%s", n ? " " : "", key->name,
				      panel_values(panel, key, values, sizeof(values)));
	}
	return buf;
}

const char *panel_tier(const struct panel *panel)
{
	return tier_kinds[panel->point->tier].name;
}

const char *panel_arch(const struct panel *panel)
{
	return arch_names[panel->point->arch];
}

const char *panel_fetch(const struct panel *panel, char *buf, size_t size)
{
	return point_get(panel->point, point_key("fetch"), buf, size);
}

const char *panel_subject(const struct panel *panel, char *buf, size_t size)
{
	char fetch[256];

	if (panel->point->bench == BENCH_fault)
		snprintf(buf, size, "fetch %s", panel_fetch(panel, fetch, sizeof(fetch)));
	else
		snprintf(buf, size, "bench %s", bench_names[panel->point->bench]);
	return buf;
}

const char *panel_limits_summary(const struct panel *panel)
{
	if (panel_is_manycore(panel))
		return "simulated CPUs in parallel: locks and wake-ups contend, caches do only as "
		       "far as coherence says";
	return panel_is_one_cpu(panel) ?
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
	return panel_is_one_cpu(panel) ?
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
	char version[128], series[128], sha256[128], settings[256];

	json_text(kernel, "version", version, sizeof(version));
	json_text(kernel, "series", series, sizeof(series));
	json_text(kernel, "series_sha256", sha256, sizeof(sha256));
	json_text(kernel, "settings", settings, sizeof(settings));
	if (sha256[0])
		snprintf(series, sizeof(series), "%.12s", sha256);
	snprintf(buf, size, "%s%s%s%s%s", version[0] ? version : "unknown",
		 series[0] ? ", series " : ", not built by faultline", series,
		 settings[0] ? ", with " : "", settings);
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

const char *run_answers_summary(const struct run_data *run, char *buf, size_t size)
{
	const json_t *answers, *test;
	size_t ok = 0, all = 0, i, t;

	json_array_foreach (json_object_get(run->run, "known_answers"), i, answers) {
		json_array_foreach (json_object_get(answers, "tests"), t, test) {
			ok += json_is_true(json_object_get(test, "ok"));
			all++;
		}
	}
	buf[0] = '\0';
	if (all)
		snprintf(buf, size,
			 "%zu of %zu known answers of the simulated CPUs within their bounds", ok,
			 all);
	return buf;
}
