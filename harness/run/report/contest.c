// SPDX-License-Identifier: GPL-2.0-only
#include "contest.h"

#include <stdlib.h>

#include "../../mode.h"
#include "../base/util.h"

static const struct {
	unsigned int mode;
	bool has_one_uffd;
} contenders[CONTENDERS] = {
	[CONTENDER_UFFD] = { MODE_uffd },
	[CONTENDER_ONE] = { MODE_uffd, true },
	[CONTENDER_USERFAULT] = { MODE_userfault },
	[CONTENDER_EXIT] = { MODE_uffd_exit },
};

static int by_charge(const void *a, const void *b)
{
	const struct panel *const *x = a, *const *y = b;

	return point_key_compare((*x)->point, (*y)->point, point_key("coherence"));
}

/* Number of simulated CPUs and pages follow from others; what they are costs is the ends' matter. */
static bool is_same_question(const struct run_data *run, const struct panel *a,
			     const struct panel *b)
{
	return !points_compare(a->point, b->point, run->apart & ~keyset_of("coherence"));
}

static struct contest make(const struct run_data *run, const struct panel *first)
{
	const struct panel **ends = NULL;
	unsigned int *vcpus = NULL;
	struct contest contest = { 0 };

	for (size_t p = 0; p < run->panel_count; p++) {
		const struct panel *panel = &run->panels[p];

		if (!panel->shown_vcpus || !is_same_question(run, panel, first))
			continue;
		ends = xreallocarray(ends, contest.ends_count + 1, sizeof(struct panel *));
		ends[contest.ends_count++] = panel;
		for (size_t i = 0; i < panel->vcpus_count; i++)
			vcpus_add(&vcpus, &contest.vcpus_count, panel->vcpus[i]);
	}
	if (ends)
		qsort(ends, contest.ends_count, sizeof(struct panel *), by_charge);
	contest.ends = ends;
	contest.vcpus = vcpus;
	return contest;
}

struct contests contests_find(const struct run_data *run)
{
	struct contests contests = { 0 };

	for (size_t p = 0; p < run->panel_count; p++) {
		bool is_new = run->panels[p].shown_vcpus &&
			      run->panels[p].point->bench == BENCH_fault;

		for (size_t i = 0; i < contests.n && is_new; i++)
			is_new = !is_same_question(run, &run->panels[p], contests.v[i].ends[0]);
		if (!is_new)
			continue;
		contests.v = xreallocarray(contests.v, contests.n + 1, sizeof(*contests.v));
		contests.v[contests.n++] = make(run, &run->panels[p]);
	}
	return contests;
}

void contests_free(struct contests *contests)
{
	for (size_t i = 0; i < contests->n; i++) {
		free((void *)contests->v[i].ends);
		free((void *)contests->v[i].vcpus);
	}
	free(contests->v);
}

static bool takes_part(const struct series *series, const struct cell *cell,
		       enum contender contender)
{
	return series->mode == contenders[contender].mode &&
	       (!contenders[contender].has_one_uffd || cell->records[0].point.uffds == 1);
}

/* The one with the best median of a figure, of those with at least that rate; sign 1: more is better. */
static const struct series *best_of(const struct panel *panel, enum contender contender,
				    unsigned int vcpus, const struct figure *figure, int sign,
				    double least_rate)
{
	const struct series *best = NULL;
	double most = 0;

	for (size_t s = 0; s < panel->series_count; s++) {
		const struct series *series = &panel->series[s];
		const struct cell *cell = series_timed_cell(series, vcpus);
		const struct spread *value = cell ? cell_figure(cell, figure) : NULL;

		if (!value || !value->known || !takes_part(series, cell, contender) ||
		    cell_figure(cell, FIGURE_COMPARED)->median < least_rate ||
		    (best && sign * (value->median - most) <= 0))
			continue;
		best = series;
		most = value->median;
	}
	return best;
}

const struct series *contest_best(const struct panel *panel, enum contender contender,
				  unsigned int vcpus)
{
	return best_of(panel, contender, vcpus, FIGURE_COMPARED, 1, 0);
}

/* Its cell there, or NULL. */
static const struct cell *best_cell(const struct panel *panel, enum contender contender,
				    unsigned int vcpus)
{
	const struct series *best = contest_best(panel, contender, vcpus);

	return best ? series_timed_cell(best, vcpus) : NULL;
}

struct spread contest_rate(const struct panel *panel, enum contender contender, unsigned int vcpus)
{
	const struct cell *best = best_cell(panel, contender, vcpus);

	return best ? *cell_figure(best, FIGURE_COMPARED) : (struct spread){ 0 };
}

static const struct record *record_of_block(const struct cell *cell, unsigned int repeat)
{
	for (size_t i = 0; i < cell->record_count; i++)
		if (cell->records[i].point.repeat == repeat)
			return &cell->records[i];
	return NULL;
}

/* Of the blocks that both have. */
static struct spread paired_ratio(const struct cell *a, const struct cell *b)
{
	double *ratios = xcalloc(a->record_count, sizeof(*ratios)), x, y;
	struct spread ratio = { 0 };
	size_t count = 0;

	for (size_t i = 0; i < a->record_count; i++) {
		const struct record *other = record_of_block(b, a->records[i].point.repeat);

		if (other && figure_read_block(FIGURE_COMPARED, a->records[i].json, &x) &&
		    figure_read_block(FIGURE_COMPARED, other->json, &y))
			ratios[count++] = x / y;
	}
	if (count)
		ratio = spread_of_blocks(ratios, count);
	free(ratios);
	return ratio;
}

struct spread contest_ratio(const struct panel *panel, enum contender a, enum contender b,
			    unsigned int vcpus)
{
	const struct cell *first = best_cell(panel, a, vcpus), *second = best_cell(panel, b, vcpus);
	const struct spread *x, *y;

	if (!first || !second)
		return (struct spread){ 0 };
	if (point_is_native(panel->point))
		return paired_ratio(first, second);
	x = cell_figure(first, FIGURE_COMPARED);
	y = cell_figure(second, FIGURE_COMPARED);
	return (struct spread){
		.known = true,
		.median = x->median / y->median,
		.low = x->low / y->high,
		.high = x->high / y->low,
		.count = x->count < y->count ? x->count : y->count,
	};
}

int contest_order(const struct spread *ratio)
{
	return ratio->known ? (ratio->low > 1 + LEAST_LEAD) - (ratio->high < 1 - LEAST_LEAD) : 0;
}

const struct series *contest_strongest(const struct panel *panel, enum merit merit,
				       unsigned int vcpus, struct spread *figure)
{
	static const struct {
		const char *figure;
		int sign;
		double part; /* of the best rate that it must have */
	} merits[MERITS] = {
		[MERIT_RATE] = { "span", 1, 0 },
		[MERIT_P99] = { "p99", -1, 0 },
		[MERIT_CHEAP] = { "handlers", -1, NEAR_BEST },
	};
	const struct figure *by = figure_named(merits[merit].figure);
	double best_rate = contest_rate(panel, CONTENDER_UFFD, vcpus).median;
	const struct series *best = best_of(panel, CONTENDER_UFFD, vcpus, by, merits[merit].sign,
					    merits[merit].part * best_rate);

	if (best)
		*figure = *cell_figure(series_timed_cell(best, vcpus), by);
	return best;
}
