// SPDX-License-Identifier: GPL-2.0-only
#include "random_point.h"

#include "../../time_units.h"
#include "../base/util.h"
#include "cost.h"

#define COST_MAX_S 60
#define FETCHES_MAX_S 5 /* of all pages, one after another */
#define TOUCHES_MAX (1u << 18) /* of pages, by each vCPU that comes to them */

/* Handlers that poll have a turn of the scheduler each, of 3 ms, before a fault is answered. */
#define TURNS_MAX 20000

static uint64_t below(uint64_t *state, uint64_t limit)
{
	return prng_next(state) % limit;
}

/* As many of each number of digits: a few are tried as often as many. Both ends included. */
static uint64_t number_between(uint64_t *state, uint64_t min, uint64_t max)
{
	const unsigned int bits = max > min ? 64 - __builtin_clzll(max - min) : 0;
	uint64_t more;

	do {
		more = bits ? prng_next(state) >> (64 - 1 - below(state, bits)) : 0;
	} while (more > max - min);
	return min + more;
}

static void draw_number(void *field, const struct key_range *range, uint64_t *state)
{
	*(unsigned int *)field = (unsigned int)number_between(state, range->min, range->max);
}

static void draw_count(void *field, const struct key_range *range, uint64_t *state)
{
	if (below(state, 4))
		draw_number(field, range, state);
	else
		*(unsigned int *)field = PER_VCPU;
}

static void draw_choice(void *field, const struct key_range *range, uint64_t *state)
{
	unsigned int count = 0;

	while (range->names[count])
		count++;
	*(unsigned int *)field = (unsigned int)below(state, count);
}

static void draw_seed(void *field, const struct key_range *range, uint64_t *state)
{
	*(uint64_t *)field = number_between(state, range->min, range->max);
}

/* Of the models' texts, for what their numbers mean only they know. */
static void draw_fetch(void *field, const struct key_range *range, uint64_t *state)
{
	static const char *const texts[] = { "0", "1us", "30us", "100us", "1ms" };

	key_kinds[KEY_FETCH].set(field, range, texts[below(state, sizeof(texts) / sizeof(*texts))]);
}

/* Threads stay where the tier puts them. */
static void draw_no_list(void *field, const struct key_range *range, uint64_t *state)
{
	(void)state;
	key_kinds[KEY_CPU_LIST].set(field, range, "");
}

static void (*const draws[])(void *field, const struct key_range *range, uint64_t *state) = {
	[KEY_CHOICE] = draw_choice, [KEY_NUMBER] = draw_number, [KEY_COUNT] = draw_count,
	[KEY_FETCH] = draw_fetch,   [KEY_SEED] = draw_seed,	[KEY_CPU_LIST] = draw_no_list,
};

void random_keys(struct point *p, uint64_t *state)
{
	const struct key *const arch = point_key("arch"), *const tier = point_key("tier");

	point_defaults(p);
	for (size_t i = 0; i < point_keys_count; i++) {
		const struct key *key = &point_keys[i];

		/* What is measured comes before all that only some benchmarks know. */
		if (point_knows(p, key) && key != arch && key != tier)
			draws[key->kind]((char *)p + key->offset, &key->range, state);
	}
}

/*
 * Whole huge pages where there are any. Where not each vCPU can have one, one vCPU has it: else the
 * largest ones would never come up.
 */
static void draw_pages(struct point *p, uint64_t *state)
{
	const bool is_huge = point_is_huge(p);
	const unsigned int huge = is_huge ? backing_kinds[p->backing].huge_pages : 1;

	if (huge * p->tasks > TOUCHES_MAX / p->vcpus && is_huge)
		p->vcpus = p->tasks = 1;
	p->pages = huge * (is_huge ? p->tasks : 1);
	p->pages *= (unsigned int)number_between(state, 1, TOUCHES_MAX / p->vcpus / p->pages);
}

static bool is_short(const struct point *p)
{
	const uint64_t turns = p->handler == HANDLER_POLL ? point_handlers(p) : 0;
	const uint64_t faults = point_pages_total(p) / point_grain_pages(p);

	return cost_s(p) <= COST_MAX_S && turns * faults <= TURNS_MAX &&
	       (double)fetch_spec_ns(&p->fetch) * (double)faults <=
		       FETCHES_MAX_S * (double)NS_PER_S;
}

void random_point(struct point *p, uint64_t seed, uint64_t number, enum tier tier, enum arch arch)
{
	uint64_t state = seed;
	unsigned int bench;

	/* Far apart for numbers that are not. */
	state = prng_next(&state) + number;
	state = prng_next(&state);
	/* Of some, most points do not go together: they are to come up as often as the others. */
	bench = (unsigned int)below(&state, BENCH_COUNT);
	do {
		random_keys(p, &state);
		if (p->bench != bench)
			continue;
		/* A VM takes longer to boot than most of what it would have, of any number up to the most. */
		draw_pages(p, &state);
		if (p->bench == BENCH_toggle)
			p->pages = 0; /* its slot decides */
		if (p->bench != BENCH_fault)
			p->grain = GRAIN_AUTO; /* of what is there already */
		p->arch = arch;
		point_set_tier(p, tier);
	} while (p->bench != bench || point_resolve(p) || !is_short(p));
}
