// SPDX-License-Identifier: GPL-2.0-only
#include "plot_data.h"

#include <ctype.h>
#include <string.h>

#include "../../mode.h"
#include "../../phases.h"
#include "describe.h"
#include "histogram.h"
#include "along.h"
#include "../base/json.h"

/* A string of gnuplot's in single quotes, in which only these are special. */
static void print_variable(FILE *out, const char *name, const char *text)
{
	fprintf(out, "%s = '", name);
	for (; *text; text++) {
		if (*text == '\'')
			fputc('\'', out);
		fputc((unsigned char)*text < ' ' ? ' ' : *text, out);
	}
	fputs("'\n", out);
}

/* gnuplot finds a block by the start of its first line: "curve 1:". */
static void start_block(FILE *data, const char *kind, size_t number, const char *columns)
{
	fprintf(data, "\n\n# %s %zu: %s\n", kind, number, columns);
}

/* What curves show: a column each for median, low and high, from this one on. */
#define FIRST_COLUMN 3

static bool has_columns(const struct figure *figure, unsigned int bench)
{
	return figure->kind != FIGURE_COUNT && figure->bench == bench;
}

/* Names the columns for scripts: "column_p50 = 9", "column_CPU_page = 30". */
static void print_columns(FILE *settings, unsigned int bench)
{
	unsigned int column = FIRST_COLUMN;

	for (size_t f = 0; f < figures_count; f++) {
		if (!has_columns(&figures[f], bench))
			continue;
		if (&figures[f] == figure_compared(bench))
			fprintf(settings, "column_compared = %u\n", column);
		fputs("column_", settings);
		for (const char *c = figures[f].name; *c; c++)
			fputc(isalnum((unsigned char)*c) ? *c : '_', settings);
		fprintf(settings, " = %u\n", column);
		column += 3;
	}
	fprintf(settings, "column_relative = %u\n", column);
}

static void print_point(FILE *data, double x, const struct cell *cell)
{
	const unsigned int bench = cell->records[0].point.bench;

	fprintf(data, "%.9g %d", x, cell->marks != 0);
	for (size_t f = 0; f < figures_count; f++) {
		const struct spread *spread = cell_figure(cell, &figures[f]);

		if (has_columns(&figures[f], bench) && spread->known)
			fprintf(data, " %.9g %.9g %.9g", spread->median, spread->low, spread->high);
		else if (has_columns(&figures[f], bench))
			fputs(" NaN NaN NaN", data);
	}
}

static double median(const struct cell *cell, const char *figure)
{
	return cell ? cell_figure(cell, figure_named(figure))->median : 0;
}

/* Returns whether there is any. */
static bool print_curve(FILE *data, const struct series *series, size_t number)
{
	bool any = false;

	for (size_t c = 0; c < series->cell_count; c++) {
		const struct cell *cell = &series->cells[c];

		if (!cell->timed)
			continue;
		if (!any)
			start_block(data, "curve", number,
				    "vCPUs, 1 for a mark in the table; median, low and high end of "
				    "each figure of its, rates in pages/s, times in us");
		any = true;
		print_point(data, cell->vcpus, cell);
		fputc('\n', data);
	}
	return any;
}

static void print_stairs(FILE *data, const struct histogram *h, size_t number)
{
	double above = h->total;

	start_block(data, "distribution", number, "latency in us, fraction of faults above it");
	fprintf(data, "%.9g 1\n", h->min_us);
	for (size_t b = 0; b < h->buckets; b++) {
		fprintf(data, "%.9g %.9g\n", h->upper_us[b], above / h->total);
		above -= h->count[b];
		/* Zero has no place on a log axis: the last stair ends below one fault. */
		fprintf(data, "%.9g %.9g\n", h->upper_us[b], (above > 0 ? above : 0.5) / h->total);
	}
}

static void print_percentiles(FILE *data, const struct histogram *h, size_t number)
{
	/* The tail of few faults says nothing about a far percentile. */
	static const struct {
		double fraction, faults;
	} marks[] = { { 0.5, 2 }, { 0.9, 10 }, { 0.99, 100 }, { 0.999, 10000 } };

	start_block(data, "percentiles", number, "p50, p90, p99 and p99.9 of the distribution");
	for (size_t m = 0; m < sizeof(marks) / sizeof(marks[0]); m++)
		if (h->total >= marks[m].faults)
			fprintf(data, "%.9g %.9g\n", histogram_quantile_us(h, marks[m].fraction),
				1 - marks[m].fraction);
}

/* Returns whether the series has a histogram there. */
static bool print_distribution(FILE *data, const struct series *series, size_t number,
			       unsigned int vcpus)
{
	const struct cell *cell = series_timed_cell(series, vcpus);
	struct histogram h;

	if (!cell || cell_histogram(cell, &h))
		return false;
	print_stairs(data, &h, number);
	print_percentiles(data, &h, number);
	histogram_free(&h);
	return true;
}

static void print_phases(FILE *data, const struct panel *panel, unsigned int vcpus)
{
	start_block(data, "phases", vcpus,
		    "row, mean total in us (0: not measured), mean of delivery, fetch, resolve, "
		    "resume, what has no phases");
	for (size_t s = 0; s < panel->series_count; s++) {
		const struct cell *cell = series_timed_cell(&panel->series[s], vcpus);
		double total = median(cell, "mean"), of_phases = 0;

		fprintf(data, "%zu %.9g", s + 1, total);
		for (enum phase p = PHASE_NONE + 1; p < PHASE_COUNT; p++) {
			fprintf(data, " %.9g", median(cell, phase_names[p]));
			of_phases += median(cell, phase_names[p]);
		}
		fprintf(data, " %.9g\n", of_phases > 0 ? 0 : total);
	}
}

/* The kernel fetches nothing: beside who waits for a fetch it would only squeeze their curves together. */
static bool is_on_the_same_axis(const struct panel *panel, const struct series *series)
{
	char fetch[512];

	if (series->mode != MODE_kernel || !strcmp(panel_fetch(panel, fetch, sizeof(fetch)), "0"))
		return true;
	for (size_t s = 0; s < panel->series_count; s++)
		if (panel->series[s].mode != MODE_kernel &&
		    series_timed_cell(&panel->series[s], panel->shown_vcpus))
			return false;
	return true;
}

static void print_series(FILE *settings, FILE *data, const struct panel *panel)
{
	fprintf(settings, "series_count = %zu\n", panel->series_count);
	fputs("array label[series_count]\narray mode[series_count]\narray variant[series_count]\n"
	      "curves = ''\ndistributions = ''\n",
	      settings);
	for (size_t s = 0; s < panel->series_count; s++) {
		const struct series *series = &panel->series[s];
		char name[64];

		snprintf(name, sizeof(name), "label[%zu]", s + 1);
		print_variable(settings, name, series->label);
		snprintf(name, sizeof(name), "mode[%zu]", s + 1);
		print_variable(settings, name, mode_names[series->mode]);
		fprintf(settings, "variant[%zu] = %u\n", s + 1, series->variant);
		if (!is_on_the_same_axis(panel, series))
			continue;
		if (print_curve(data, series, s + 1))
			fprintf(settings, "curves = curves . ' %zu'\n", s + 1);
		if (print_distribution(data, series, s + 1, panel->shown_vcpus))
			fprintf(settings, "distributions = distributions . ' %zu'\n", s + 1);
	}
}

/* What stands on the axis: a fetch in us, and other keys are numbers. */
static double place_on_axis(const struct point *p, const char *key)
{
	return !strcmp(key, "fetch") ? (double)fetch_spec_ns(&p->fetch) / 1000 :
				       point_unsigned(p, point_key(key));
}

/* Behind the other columns: pages per second, as a part of those of mode userfault. */
static void print_relative(FILE *data, const struct curves *curves, const struct cell *cell,
			   const char *key)
{
	const struct figure *compared = figure_compared(cell->records[0].point.bench);
	const struct cell *reference = curves_reference(curves, cell, key);

	if (reference)
		fprintf(data, " %.9g\n",
			cell_figure(cell, compared)->median /
				cell_figure(reference, compared)->median);
	else
		fputs(" NaN\n", data);
}

/* Curves along a key, for scripts by its name: "readers_count", "readers_label[1]". */
static void print_along(FILE *settings, FILE *data, const struct run_data *run,
			const struct panel *panel, const char *key)
{
	struct curves curves = curves_along(run, panel, key);

	fprintf(settings, "%s_count = %zu\n", key, curves.n);
	if (curves.n)
		fprintf(settings, "array %s_label[%s_count]\narray %s_mode[%s_count]\n", key, key,
			key, key);
	for (size_t i = 0; i < curves.n; i++) {
		const struct curve *curve = &curves.v[i];
		char name[64];

		snprintf(name, sizeof(name), "%s_label[%zu]", key, i + 1);
		print_variable(settings, name, curve->label);
		snprintf(name, sizeof(name), "%s_mode[%zu]", key, i + 1);
		print_variable(settings, name, mode_names[curve->cells[0]->records[0].point.mode]);
		fprintf(data,
			"\n\n# %s %zu: %s, then as in a curve, pages per second "
			"as a part of those of mode userfault\n",
			key, i + 1, key);
		for (size_t c = 0; c < curve->count; c++) {
			const struct cell *cell = curve->cells[c];

			print_point(data, place_on_axis(&cell->records[0].point, key), cell);
			print_relative(data, &curves, cell, key);
		}
	}
	curves_free(&curves);
}

/* What stands under every plot. */
static void print_captions(FILE *settings, const struct run_data *run, const struct panel *panel)
{
	const char *sweep = json_member(run->run, "sweep");
	char line[2048], a[512], b[512];

	print_variable(settings, "tier", panel_tier(panel));
	snprintf(line, sizeof(line), "tier %s: %s", panel_tier(panel),
		 tier_kinds[panel->point->tier].caption);
	print_variable(settings, "caption_tier", line);
	print_variable(settings, "caption_limits", panel_limits_summary(panel));
	snprintf(line, sizeof(line), "%s, kernel %s, %s, sweep %s",
		 panel_subject(panel, b, sizeof(b)),
		 run_kernel(run, panel_arch(panel), a, sizeof(a)), panel_arch(panel), sweep);
	print_variable(settings, "caption_kernel", line);
	print_variable(settings, "caption_conditions", panel_conditions(panel, a, sizeof(a)));
	snprintf(line, sizeof(line), "faultline %s", run_version(run, a, sizeof(a)));
	print_variable(settings, "caption_faultline", line);
	print_variable(settings, "incomplete", run_incomplete(run, a, sizeof(a)));
}

static bool has_repeats(const struct panel *panel)
{
	for (size_t s = 0; s < panel->series_count; s++)
		for (size_t c = 0; c < panel->series[s].cell_count; c++)
			if (panel->series[s].cells[c].record_count > 1)
				return true;
	return false;
}

void plot_data_print(FILE *settings, FILE *data, const struct run_data *run,
		     const struct panel *panel)
{
	const unsigned int *vcpus = panel->vcpus;
	size_t count = panel->vcpus_count;

	print_captions(settings, run, panel);
	print_variable(settings, "caption_repeats",
		       point_is_native(panel->point) ?
			       "medians of blocks, bars are 95 % intervals" :
			       "medians of repeats, bars from min to max");
	fprintf(settings, "repeats = %d\nvcpus_min = %u\nvcpus_max = %u\nvcpus_shown = %u\n",
		has_repeats(panel), vcpus[0], vcpus[count - 1], panel->shown_vcpus);
	print_variable(settings, "compared", figure_compared(panel->point->bench)->about);
	print_columns(settings, panel->point->bench);
	print_series(settings, data, panel);
	print_along(settings, data, run, panel, "readers");
	print_along(settings, data, run, panel, "slot_mib");
	print_along(settings, data, run, panel, "fetch");
	for (size_t i = 0; i < count && panel->point->bench == BENCH_fault; i++)
		print_phases(data, panel, vcpus[i]);
}
