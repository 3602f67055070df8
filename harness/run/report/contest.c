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

static int by_number(const void *a, const void *b)
{
	unsigned int x = *(const unsigned int *)a, y = *(const unsigned int *)b;

	return (x > y) - (x < y);
}

static int by_charge(const void *a, const void *b)
{
	const struct panel *const *x = a, *const *y = b;

	return by_number(&(*x)->point->coherence_ns, &(*y)->point->coherence_ns);
}

/* Number of simulated CPUs and pages follow from others; what they are costs is the ends' matter. */
static bool is_same_question(const struct run_data *run, const struct panel *a,
			     const struct panel *b)
{
	return !points_compare(a->point, b->point, run->apart & ~keyset_of("coherence"));
}

static void add_counts(unsigned int **vcpus, size_t *count, const struct panel *panel)
{
	for (size_t i = 0; i < panel->vcpus_count; i++) {
		size_t k = 0;

		while (k < *count && (*vcpus)[k] != panel->vcpus[i])
			k++;
		if (k < *count)
			continue;
		*vcpus = xreallocarray(*vcpus, *count + 1, sizeof(**vcpus));
		(*vcpus)[(*count)++] = panel->vcpus[i];
	}
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
		add_counts(&vcpus, &contest.vcpus_count, panel);
	}
	if (ends)
		qsort(ends, contest.ends_count, sizeof(struct panel *), by_charge);
	if (vcpus)
		qsort(vcpus, contest.vcpus_count, sizeof(*vcpus), by_number);
	contest.ends = ends;
	contest.vcpus = vcpus;
	return contest;
}

struct contests contests_find(const struct run_data *run)
{
	struct contests contests = { 0 };

	for (size_t p = 0; p < run->panel_count; p++) {
		bool is_new = run->panels[p].shown_vcpus;

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

const struct series *contest_best(const struct panel *panel, enum contender contender,
				  unsigned int vcpus)
{
	const struct series *best = NULL;
	double rate = 0;

	for (size_t s = 0; s < panel->series_count; s++) {
		const struct series *series = &panel->series[s];
		const struct cell *cell = series_timed_cell(series, vcpus);

		if (!cell || !takes_part(series, cell, contender) ||
		    cell_figure(cell, FIGURE_COMPARED)->median <= rate)
			continue;
		rate = cell_figure(cell, FIGURE_COMPARED)->median;
		best = series;
	}
	return best;
}

struct spread contest_rate(const struct panel *panel, enum contender contender, unsigned int vcpus)
{
	const struct series *best = contest_best(panel, contender, vcpus);

	return best ? *cell_figure(series_timed_cell(best, vcpus), FIGURE_COMPARED) :
		      (struct spread){ 0 };
}

struct spread contest_ratio(const struct panel *panel, enum contender a, enum contender b,
			    unsigned int vcpus)
{
	struct spread x = contest_rate(panel, a, vcpus), y = contest_rate(panel, b, vcpus);

	if (!x.known || !y.known)
		return (struct spread){ 0 };
	return (struct spread){
		.known = true,
		.median = x.median / y.median,
		.min = x.min / y.max,
		.max = x.max / y.min,
		.count = x.count < y.count ? x.count : y.count,
	};
}

int contest_order(const struct spread *ratio)
{
	return ratio->known ? (ratio->min > 1) - (ratio->max < 1) : 0;
}

#define NEAR_BEST 0.9

const struct series *contest_strongest(const struct panel *panel, enum merit merit,
				       unsigned int vcpus, struct spread *figure)
{
	static const struct {
		const char *figure;
		int sign; /* 1: more is better */
	} merits[MERITS] = {
		[MERIT_RATE] = { "span", 1 },
		[MERIT_P99] = { "p99", -1 },
		[MERIT_CHEAP] = { "handlers", -1 },
	};
	double enough = merit == MERIT_CHEAP ?
				NEAR_BEST * contest_rate(panel, CONTENDER_UFFD, vcpus).median :
				0;
	const struct series *best = NULL;

	for (size_t s = 0; s < panel->series_count; s++) {
		const struct cell *cell = series_timed_cell(&panel->series[s], vcpus);
		const struct spread *value =
			cell ? cell_figure(cell, figure_named(merits[merit].figure)) : NULL;

		if (!value || !value->known ||
		    !takes_part(&panel->series[s], cell, CONTENDER_UFFD) ||
		    cell_figure(cell, FIGURE_COMPARED)->median < enough ||
		    (best && merits[merit].sign * (value->median - figure->median) <= 0))
			continue;
		best = &panel->series[s];
		*figure = *value;
	}
	return best;
}
