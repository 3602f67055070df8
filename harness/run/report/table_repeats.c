// SPDX-License-Identifier: GPL-2.0-only
#include "table_repeats.h"

#include "../plan/plan.h"

/* What stands behind the cells of a panel. */
struct repeats {
	size_t least, most; /* values of a cell */
	double percent; /* the largest spread, */
	const struct series *series; /* and whose it is */
	const struct cell *cell;
	const char *what; /* the values are of */
	size_t cut_short; /* records of rounds that have not come to enough */
};

static void add_cell(struct repeats *r, const struct series *series, const struct cell *cell)
{
	const struct figure *figure = figure_compared(cell->records[0].point.bench);
	const struct spread *rate = cell_figure(cell, figure);
	const double percent = spread_percent(rate);

	r->what = figure->kind == FIGURE_RATE ? figure->over : figure->name;
	r->most = rate->count > r->most ? rate->count : r->most;
	r->least = !r->cell || rate->count < r->least ? rate->count : r->least;
	for (size_t i = 0; i < cell->record_count; i++) {
		const json_t *rounds = json_object_get(cell->records[i].json, "rounds");

		r->cut_short += json_is_false(json_object_get(rounds, "is_enough"));
	}
	if (r->cell && percent <= r->percent)
		return;
	r->percent = percent;
	r->series = series;
	r->cell = cell;
}

static void print_blocks(FILE *out, const struct repeats *r)
{
	if (r->most > 1)
		fprintf(out,
			"medians of up to %zu blocks; the 95 %% interval of %s is +-%.1f %% at "
			"most (%s, %u vCPUs)\n",
			r->most, r->what, r->percent, r->series->label, r->cell->vcpus);
	if (r->most == 1)
		fputs("one block: there is no interval, and no claim without one\n", out);
	else if (r->least < BLOCKS_NATIVE)
		fprintf(out,
			"as few as %zu block%s: an interval of fewer than %d is not to be relied "
			"upon\n",
			r->least, r->least > 1 ? "s" : "", BLOCKS_NATIVE);
	if (r->cut_short)
		fprintf(out,
			"%zu records have less behind them than their seconds and %d pages a vCPU: "
			"that would have taken too long\n",
			r->cut_short, ROUNDS_PAGES_EACH);
}

void table_repeats(FILE *out, const struct panel *panel)
{
	struct repeats r = { 0 };

	for (size_t s = 0; s < panel->series_count; s++)
		for (size_t c = 0; c < panel->series[s].cell_count; c++)
			add_cell(&r, &panel->series[s], &panel->series[s].cells[c]);
	if (point_is_native(panel->point))
		print_blocks(out, &r);
	else if (r.most > 1)
		fprintf(out,
			"medians of up to %zu repeats and draws, whose %s lie at most %.1f %% apart "
			"(%s, %u vCPUs)\n",
			r.most, r.what, 2 * r.percent, r.series->label, r.cell->vcpus);
}
