// SPDX-License-Identifier: GPL-2.0-only
#include "plan.h"

#include <stdlib.h>
#include <string.h>

#include "../../../workloads/workload.h"
#include "../../mode.h"
#include "cost.h"
#include "keyset.h"
#include "values.h"

const char *const plan_text_names[PLAN_TEXTS] = {
	[PLAN_MODES] = "modes",		[PLAN_ARCH] = "arch",	[PLAN_VCPUS] = "vcpus",
	[PLAN_FETCH] = "fetch",		[PLAN_CPUS] = "cpus",	[PLAN_QUANTUM] = "quantum",
	[PLAN_COHERENCE] = "coherence", [PLAN_SPEED] = "speed",
};

/* One series being unrolled: its keys and the defaults it does not replace. */
struct unrolling {
	const struct section *series;
	const struct sweep_key *keys[32];
	size_t keys_count;
	const bool *wanted; /* modes, NULL for all */
	unsigned int pages_total; /* 0 for none */
	unsigned int cpus_max; /* 0 for none */
	bool are_readers_apart; /* with CPUs of their own, as far as cpus_max goes */
	struct plan *plan;
};

char *point_id(const struct point *p)
{
	return point_text(p, keyset_identity());
}

static unsigned int cpus_for(const struct unrolling *u, const struct point *p)
{
	unsigned int readers = p->readers == PER_VCPU ? p->vcpus : p->readers;
	unsigned int threads = p->vcpus + (u->are_readers_apart ? readers : 0), most = u->cpus_max;

	if (arch_cpus_max(p->arch) < most)
		most = arch_cpus_max(p->arch);
	return threads < most ? threads : most;
}

static int add_point(struct unrolling *u, struct point *p)
{
	struct plan *plan = u->plan;
	bool is_split = false;

	if (u->wanted && !u->wanted[p->mode])
		return 0;
	if (u->pages_total && workload_is_shared[p->workload]) {
		p->pages = u->pages_total;
	} else if (u->pages_total) {
		p->pages = u->pages_total / p->vcpus;
		if (p->pages < PAGES_EACH_MIN)
			p->pages = PAGES_EACH_MIN;
		is_split = true;
	}
	if (u->cpus_max)
		p->cpus = cpus_for(u, p);
	if (point_resolve(p)) {
		return error("series [%s]: %s", u->series->name, error_text());
	}
	for (size_t i = plan->count; i-- && plan->points[i].series == u->series->name;)
		if (!points_compare(&plan->points[i].point, p, keyset_identity()))
			return 0; /* a value stands twice in a list, say */
	plan->points = xreallocarray(plan->points, plan->count + 1, sizeof(*plan->points));
	plan->points[plan->count] = (struct planned){
		.point = *p,
		.series = u->series->name,
		.is_split = is_split,
		.number = (unsigned int)plan->count + 1,
	};
	plan->count++;
	return 0;
}

/* Sets key by key, every value in turn: the cross product. */
static int unroll(struct unrolling *u, size_t next_key, const struct point *so_far)
{
	const struct sweep_key *key = u->keys[next_key];
	uint64_t v;

	if (next_key == u->keys_count) {
		struct point p = *so_far;

		return add_point(u, &p);
	}
	for (size_t i = 0; i < key->values.n; i++) {
		struct point p = *so_far;

		if (!strcmp(key->name, KEY_PAGES_TOTAL)) {
			/* The sweep was checked when it was read. */
			number_parse(key->values.v[i], 1, UINT32_MAX, &v);
			u->pages_total = (unsigned int)v;
		} else if (!strcmp(key->name, KEY_CPUS_MAX)) {
			number_parse(key->values.v[i], 1, UINT32_MAX, &v);
			u->cpus_max = (unsigned int)v;
		} else if (!strcmp(key->name, KEY_READERS_APART)) {
			u->are_readers_apart = !strcmp(key->values.v[i], "1");
		} else if (point_set(&p, key->name, key->values.v[i])) {
			return -1;
		} else if (!strcmp(key->name, "cpus")) {
			u->cpus_max = 0; /* --cpus replaces a series' cpus_max */
		}
		if (unroll(u, next_key + 1, &p))
			return -1;
	}
	return 0;
}

/* pages in a series replaces a default pages_total, and the other way round; so with cpus. */
static bool replaced(const struct section *series, const char *name)
{
	const char *other = sweep_exclusive_key(name);

	return section_key(series, name) || (other && section_key(series, other));
}

static int unroll_series(struct unrolling *u, const struct section *defaults,
			 const struct plan_options *options)
{
	struct point start;

	u->keys_count = 0;
	u->pages_total = 0;
	u->cpus_max = 0;
	u->are_readers_apart = false;
	for (size_t i = 0; i < defaults->keys_count; i++)
		if (!replaced(u->series, defaults->keys[i].name))
			u->keys[u->keys_count++] = &defaults->keys[i];
	for (size_t i = 0; i < u->series->keys_count; i++)
		u->keys[u->keys_count++] = &u->series->keys[i];
	point_defaults(&start);
	start.seed = options->seed;
	return unroll(u, 0, &start);
}

static int parse_modes(const char *text, bool *wanted)
{
	struct strings values;
	struct point p;

	if (values_expand(text, &values))
		return -1;
	point_defaults(&p);
	for (size_t i = 0; i < values.n; i++) {
		if (point_set(&p, "mode", values.v[i])) {
			strings_free(&values);
			return -1;
		}
		wanted[p.mode] = true;
	}
	strings_free(&values);
	return 0;
}

/* Puts the command line's values in place of the sweep's, in every section that could hold them. */
static int replace_keys(struct sweep *sweep, const struct plan_options *options)
{
	char *repeats = options->repeat ? xasprintf("1..%u", options->repeat) : NULL;
	int failed = 0;

	for (size_t i = 0; i < sweep->series_count && !failed; i++) {
		for (size_t k = PLAN_ARCH; k < PLAN_TEXTS && !failed; k++)
			if (options->texts[k])
				failed = section_set(&sweep->series[i], plan_text_names[k],
						     options->texts[k]);
		if (repeats && !failed)
			failed = section_set(&sweep->series[i], "repeat", repeats);
	}
	free(repeats);
	return failed;
}

/* Neighbours in the sweep share what drifts on the machine; shuffled, no series gets all of it. */
static void shuffle(struct plan *plan, uint64_t seed)
{
	for (size_t i = plan->count; i > 1; i--) {
		size_t j = prng_next(&seed) % i;
		struct planned swap = plan->points[i - 1];

		plan->points[i - 1] = plan->points[j];
		plan->points[j] = swap;
	}
}

int plan_make(struct plan *plan, struct sweep *sweep, const struct plan_options *options)
{
	bool wanted[MODE_COUNT] = { false };
	struct unrolling u = { .plan = plan };

	*plan = (struct plan){ 0 };
	if (options->texts[PLAN_MODES]) {
		if (parse_modes(options->texts[PLAN_MODES], wanted))
			return -1;
		u.wanted = wanted;
	}
	if (replace_keys(sweep, options))
		return -1;
	for (size_t i = 0; i < sweep->series_count; i++) {
		u.series = &sweep->series[i];
		if (!unroll_series(&u, &sweep->defaults, options))
			continue;
		plan_free(plan);
		return error("%s:%d: %s", sweep->file, u.series->line, error_text());
	}
	if (!plan->count) {
		return error("no series of %s has one of the modes %s", sweep->file,
			     options->texts[PLAN_MODES]);
	}
	shuffle(plan, options->seed);
	return 0;
}

/*
 * Longest first, so that no long point is left for one core at the end. Equal ones stay
 * in their order.
 */
static void sort_by_cost(struct plan *plan)
{
	for (size_t i = 1; i < plan->count; i++) {
		struct planned planned = plan->points[i];
		size_t j = i;

		for (; j && cost_s(&plan->points[j - 1].point) < cost_s(&planned.point); j--)
			plan->points[j] = plan->points[j - 1];
		plan->points[j] = planned;
	}
}

static bool is_planned(const struct plan *plan, const struct planned *planned)
{
	for (size_t i = 0; i < plan->count; i++)
		if (plan->points[i].series == planned->series &&
		    !points_compare(&plan->points[i].point, &planned->point, keyset_identity()))
			return true;
	return false;
}

void plan_set_tier(struct plan *plan, enum tier tier)
{
	size_t count = plan->count;

	plan->count = 0;
	for (size_t i = 0; i < count; i++) {
		struct planned planned = plan->points[i];

		point_set_tier(&planned.point, tier);
		/* Threads that really run side by side do not start at one time. */
		if (planned.is_split && tier_kinds[tier].host == HOST_NATIVE &&
		    planned.point.pages < PAGES_EACH_MIN_NATIVE)
			planned.point.pages = PAGES_EACH_MIN_NATIVE;
		free(planned.id);
		if (is_planned(plan, &planned))
			continue;
		planned.id = point_id(&planned.point);
		plan->points[plan->count++] = planned;
	}
	if (tier_kinds[tier].is_simulated)
		sort_by_cost(plan); /* whose figures do not depend on the order */
}

void plan_place_simulated(struct point *p)
{
	if (!tier_kinds[p->tier].is_simulated || p->cpus == 1 || *p->vcpu_cpus || *p->reader_cpus)
		return;
	snprintf(p->vcpu_cpus, sizeof(p->vcpu_cpus), "0-%u", p->cpus - 1);
	if (p->vcpus < p->cpus)
		snprintf(p->reader_cpus, sizeof(p->reader_cpus), "%u-%u,0-%u", p->vcpus,
			 p->cpus - 1, p->vcpus - 1);
	else
		strcpy(p->reader_cpus, p->vcpu_cpus);
}

void plan_free(struct plan *plan)
{
	for (size_t i = 0; i < plan->count; i++)
		free(plan->points[i].id);
	free(plan->points);
	*plan = (struct plan){ 0 };
}

void plan_uses(const struct plan *plan, bool *modes, bool *arches)
{
	memset(modes, false, MODE_COUNT * sizeof(*modes));
	memset(arches, false, ARCH_COUNT * sizeof(*arches));
	for (size_t i = 0; i < plan->count; i++) {
		modes[plan->points[i].point.mode] = true;
		arches[plan->points[i].point.arch] = true;
	}
}
