// SPDX-License-Identifier: GPL-2.0-only
#include "cells.h"

#include <stdlib.h>
#include <string.h>

#include "../../mode.h"
#include "marks.h"
#include "../base/util.h"

/* Of its blocks: each has one value. */
static struct spread blocks_spread(const struct cell *cell, const struct figure *figure)
{
	struct spread spread = { 0 };
	double *values = xcalloc(cell->record_count, sizeof(*values));
	bool known = true;

	for (size_t i = 0; i < cell->record_count; i++)
		known &= figure_read_block(figure, cell->records[i].json, &values[i]);
	if (known)
		spread = spread_of_blocks(values, cell->record_count);
	free(values);
	return spread;
}

static struct spread cell_spread(const struct cell *cell, const struct figure *figure)
{
	struct spread spread = { 0 };
	double *values = NULL;
	size_t count = 0;
	bool known = true;

	if (point_is_native(&cell->records[0].point))
		return blocks_spread(cell, figure);
	for (size_t i = 0; i < cell->record_count; i++)
		known &= figure_read_all(figure, cell->records[i].json, &values, &count);
	if (known)
		spread = spread_of(values, count);
	free(values);
	return spread;
}

static void add_cell(struct series *series, const struct record *records, size_t count)
{
	struct cell *cell;

	series->cells = xreallocarray(series->cells, series->cell_count + 1, sizeof(*cell));
	cell = &series->cells[series->cell_count++];
	*cell = (struct cell){
		.vcpus = records[0].point.vcpus,
		.records = records,
		.record_count = count,
		.figures = xcalloc(figures_count, sizeof(*cell->figures)),
	};
	for (size_t f = 0; f < figures_count; f++)
		cell->figures[f] = cell_spread(cell, &figures[f]);
	cell->timed = cell_figure(cell, figure_compared(records[0].point.bench))->known &&
		      (records[0].point.bench != BENCH_fault ||
		       cell_figure(cell, figure_named("mean"))->known);
	for (size_t i = 0; i < count; i++)
		cell->marks |= marks_of(records[i].json);
}

/* By vCPUs, those that are ok first. */
static int compare_repeats(const void *a, const void *b)
{
	const struct record *x = a, *y = b;

	if (x->point.vcpus != y->point.vcpus)
		return x->point.vcpus > y->point.vcpus ? 1 : -1;
	if (record_is_ok(x) != record_is_ok(y))
		return record_is_ok(x) ? -1 : 1;
	return (x->point.repeat > y->point.repeat) - (x->point.repeat < y->point.repeat);
}

void series_init(struct series *series, char *label, char *mechanism, struct record *records,
		 size_t count)
{
	*series = (struct series){
		.label = label,
		.mechanism = mechanism,
		.mode = records[0].point.mode,
	};
	qsort(records, count, sizeof(*records), compare_repeats);
	for (size_t i = 0; i < count;) {
		size_t n = 0;

		while (i + n < count && record_is_ok(&records[i + n]) &&
		       records[i + n].point.vcpus == records[i].point.vcpus)
			n++;
		if (n)
			add_cell(series, &records[i], n);
		i += n ? n : 1;
	}
}

void series_fini(struct series *series)
{
	for (size_t i = 0; i < series->cell_count; i++)
		free(series->cells[i].figures);
	free(series->cells);
	free(series->label);
	free(series->mechanism);
}

const struct cell *series_cell(const struct series *series, unsigned int vcpus)
{
	for (size_t i = 0; i < series->cell_count; i++)
		if (series->cells[i].vcpus == vcpus)
			return &series->cells[i];
	return NULL;
}

const struct cell *series_timed_cell(const struct series *series, unsigned int vcpus)
{
	const struct cell *cell = series_cell(series, vcpus);

	return cell && cell->timed ? cell : NULL;
}

const struct spread *cell_figure(const struct cell *cell, const struct figure *figure)
{
	return &cell->figures[figure - figures];
}
