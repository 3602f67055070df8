// SPDX-License-Identifier: GPL-2.0-only
#include "plan.h"

#include <stdlib.h>
#include <string.h>

#include "../../../workloads/workload.h"
#include "cost.h"
#include "keyset.h"
#include "search.h"

const char *const plan_text_names[PLAN_TEXTS] = {
	[PLAN_MODES] = "modes",		[PLAN_ARCH] = "arch",	[PLAN_VCPUS] = "vcpus",
	[PLAN_FETCH] = "fetch",		[PLAN_CPUS] = "cpus",	[PLAN_QUANTUM] = "quantum",
	[PLAN_COHERENCE] = "coherence", [PLAN_SPEED] = "speed",
};

/* One series being unrolled: its keys and the defaults that it does not replace. */
struct unrolling {
	const struct section *series;
	const struct sweep_key *keys[32];
	size_t keys_count;
	const bool *wanted; /* modes, NULL for all */
	struct plan *plan;
};

char *point_id(const struct point *p)
{
	return point_text(p, keyset_identity());
}

static unsigned int smaller(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

static unsigned int cpus_for(const struct draft *draft)
{
	const struct point *p = &draft->point;
	unsigned int readers = p->readers == PER_VCPU ? p->vcpus : p->readers;
	unsigned int threads = p->vcpus + (draft->readers_apart ? readers : 0);

	return smaller(threads, smaller(draft->cpus_max, arch_cpus_max(p->arch)));
}

struct planned *plan_find(const struct plan *plan, const char *series, const struct point *point)
{
	for (size_t i = 0; i < plan->count; i++)
		if (!strcmp(plan->points[i].series, series) &&
		    !points_compare(&plan->points[i].point, point, keyset_identity()))
			return &plan->points[i];
	return NULL;
}

static void set_number(struct planned *planned, size_t number)
{
	planned->number = (unsigned int)number;
	snprintf(planned->stem, sizeof(planned->stem), "%04u", planned->number);
}

static void append(struct plan *plan, struct planned planned)
{
	set_number(&planned, plan->count + 1);
	plan->points = xreallocarray(plan->points, plan->count + 1, sizeof(*plan->points));
	plan->points[plan->count++] = planned;
}

static void planned_free(struct planned *planned)
{
	free(planned->series);
	free(planned->id);
}

/* Only set-ups of userfaultfd are searched. */
static char *series_name(const struct plan *plan, const struct section *section,
			 const struct point *p)
{
	return plan->searched && p->mode == MODE_uffd ? search_name(p, plan->searched) :
							xstrdup(section->name);
}

int plan_add(struct plan *plan, const struct section *section, const struct draft *draft)
{
	struct planned planned = { .point = draft->point, .draft = *draft, .section = section };
	struct point *p = &planned.point;

	if (draft->pages_total) {
		planned.is_split = !workload_is_shared[p->workload];
		p->pages = draft->pages_total / (planned.is_split ? p->vcpus : 1);
		if (planned.is_split && p->pages < PAGES_EACH_MIN)
			p->pages = PAGES_EACH_MIN;
	}
	if (draft->cpus_max)
		p->cpus = cpus_for(draft);
	/* A sweep's draws are of its points with several CPUs: on one, all are the same. */
	if (p->cpus == 1)
		p->draws = 1;
	if (point_resolve(p))
		return error("series [%s]: %s", section->name, error_text());
	planned.series = series_name(plan, section, p);
	if (plan_find(plan, planned.series, p))
		planned_free(&planned); /* a value stands twice in a list, say */
	else
		append(plan, planned);
	return 0;
}

static bool is_wanted(const struct unrolling *u, const struct draft *draft)
{
	return !u->wanted || u->wanted[draft->point.mode];
}

/* Sets key by key, every value in turn: the cross product. */
static int unroll(const struct unrolling *u, size_t next_key, const struct draft *so_far)
{
	const struct sweep_key *key = u->keys[next_key];

	if (next_key == u->keys_count)
		return is_wanted(u, so_far) ? plan_add(u->plan, u->series, so_far) : 0;
	for (size_t i = 0; i < key->values.n; i++) {
		struct draft draft = *so_far;

		if (draft_set(&draft, key->name, key->values.v[i]) ||
		    unroll(u, next_key + 1, &draft))
			return -1;
	}
	return 0;
}

/* A key of the series takes the place of a default, also pages that of pages_total and so on. */
static int unroll_series(struct unrolling *u, const struct section *defaults, uint64_t seed)
{
	struct draft start = { 0 };

	u->keys_count = 0;
	for (size_t i = 0; i < defaults->keys_count; i++)
		if (!section_find(u->series, defaults->keys[i].name))
			u->keys[u->keys_count++] = &defaults->keys[i];
	for (size_t i = 0; i < u->series->keys_count; i++)
		u->keys[u->keys_count++] = &u->series->keys[i];
	point_defaults(&start.point);
	start.point.seed = seed;
	start.is_repeated = section_find(u->series, "repeat") || section_find(defaults, "repeat");
	return unroll(u, 0, &start);
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
static void shuffle(struct planned *points, size_t count, uint64_t *seed)
{
	for (size_t i = count; i > 1; i--) {
		size_t j = prng_next(seed) % i;
		struct planned swap = points[i - 1];

		points[i - 1] = points[j];
		points[j] = swap;
	}
}

int plan_make(struct plan *plan, struct sweep *sweep, const struct plan_options *options)
{
	const char *modes = options->texts[PLAN_MODES];
	bool wanted[MODE_COUNT] = { false };
	struct unrolling u = { .plan = plan, .wanted = modes ? wanted : NULL };

	*plan = (struct plan){ .searched = sweep->searched, .seed = options->seed };
	if ((modes && sweep_choices("mode", modes, wanted)) || replace_keys(sweep, options))
		return -1;
	for (size_t i = 0; i < sweep->series_count; i++) {
		u.series = &sweep->series[i];
		if (!unroll_series(&u, &sweep->defaults, options->seed))
			continue;
		plan_free(plan);
		return error("%s:%d: %s", sweep->file, u.series->line, error_text());
	}
	if (!plan->count)
		return error("no series of %s has one of the modes %s", sweep->file, modes);
	shuffle(plan->points, plan->count, &plan->seed);
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

/* Another block of what has no repeats yet: for each of these points one that is a repeat later. */
static void add_block(struct plan *plan, size_t count, unsigned int repeat)
{
	plan->points = xreallocarray(plan->points, plan->count + count, sizeof(*plan->points));
	for (size_t i = 0; i < count; i++) {
		struct planned *planned = &plan->points[plan->count];

		if (plan->points[i].draft.is_repeated || !plan->points[i].point.seconds)
			continue;
		*planned = plan->points[i];
		planned->series = xstrdup(planned->series);
		planned->point.repeat = repeat;
		planned->id = point_id(&planned->point);
		plan->count++;
	}
}

static int by_block(const void *a, const void *b)
{
	const struct planned *x = a, *y = b;

	if (x->point.repeat != y->point.repeat)
		return x->point.repeat > y->point.repeat ? 1 : -1;
	return (x->number > y->number) - (x->number < y->number);
}

/* How many points from the first on are of its block. */
static size_t block_size(const struct planned *points, size_t count)
{
	size_t n = 1;

	while (n < count && points[n].point.repeat == points[0].point.repeat)
		n++;
	return n;
}

/* Block by block, each shuffled. */
static void make_blocks(struct plan *plan)
{
	const size_t count = plan->count;

	for (unsigned int repeat = 2; repeat <= BLOCKS_NATIVE; repeat++)
		add_block(plan, count, repeat);
	qsort(plan->points, plan->count, sizeof(*plan->points), by_block);
	for (size_t i = 0; i < plan->count; i++)
		set_number(&plan->points[i], i + 1);
	for (size_t first = 0, n; first < plan->count; first += n) {
		n = block_size(&plan->points[first], plan->count - first);
		shuffle(&plan->points[first], n, &plan->seed);
	}
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
		if (plan_find(plan, planned.series, &planned.point)) {
			planned_free(&planned);
			continue;
		}
		free(planned.id);
		planned.id = point_id(&planned.point);
		plan->points[plan->count++] = planned;
	}
	if (tier_kinds[tier].is_simulated)
		sort_by_cost(plan); /* whose figures do not depend on the order */
	if (plan->count && tier_kinds[tier].host == HOST_NATIVE)
		make_blocks(plan);
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

void plan_append(struct plan *plan, struct plan *from)
{
	for (size_t i = 0; i < from->count; i++) {
		struct planned *planned = &from->points[i];

		if (plan_find(plan, planned->series, &planned->point))
			planned_free(planned);
		else
			append(plan, *planned);
	}
	free(from->points);
	*from = (struct plan){ 0 };
}

void plan_free(struct plan *plan)
{
	for (size_t i = 0; i < plan->count; i++)
		planned_free(&plan->points[i]);
	free(plan->points);
	*plan = (struct plan){ 0 };
}

struct plan_uses plan_uses(const struct plan *plan)
{
	struct plan_uses uses = { 0 };

	for (size_t i = 0; i < plan->count; i++) {
		uses.modes[plan->points[i].point.mode] = true;
		uses.arches[plan->points[i].point.arch] = true;
	}
	return uses;
}
