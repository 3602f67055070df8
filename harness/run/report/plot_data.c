// SPDX-License-Identifier: GPL-2.0-only
#include "plot_data.h"

#include <errno.h>
#include <string.h>

#include "../base/util.h"
#include "report_cells.h"

/* A data file to be; the first error stays. */
static FILE *open_data(const char *dir, const char *name, size_t number)
{
	char path[4096];
	FILE *out;

	if (number)
		snprintf(path, sizeof(path), "%s/%s-%zu.dat", dir, name, number);
	else
		snprintf(path, sizeof(path), "%s/%s", dir, name);
	out = fopen(path, "w");
	if (!out)
		error("cannot create %s: %s", path, strerror(errno));
	return out;
}

static int close_data(FILE *out, const char *dir)
{
	bool failed = ferror(out);

	if (!fclose(out) && !failed)
		return 0;
	return error("cannot write the data of plots to %s: %s; is the disk full?", dir,
		     strerror(errno));
}

/* A string of gnuplot's in single quotes, in which only these are special. */
static void write_quoted(FILE *out, const char *text)
{
	fputc('\'', out);
	for (; *text; text++) {
		if (*text == '\'')
			fputc('\'', out);
		fputc((unsigned char)*text < ' ' ? ' ' : *text, out);
	}
	fputc('\'', out);
}

static void write_variable(FILE *out, const char *name, const char *text)
{
	fprintf(out, "%s = ", name);
	write_quoted(out, text);
	fputc('\n', out);
}

static void write_spread(FILE *out, const struct spread *spread)
{
	fprintf(out, " %.9g %.9g %.9g", spread->median, spread->min, spread->max);
}

/*
 * vCPUs, then rate, p50 and p99, each as median, min and max, then 1 where the table has a
 * mark. Returns the number of lines.
 */
static size_t write_curve(FILE *out, const struct series *series)
{
	size_t lines = 0;

	for (size_t c = 0; c < series->cell_count; c++) {
		const struct cell *cell = &series->cells[c];

		if (!cell->timed)
			continue;
		fprintf(out, "%u", cell->vcpus);
		write_spread(out, &cell->rate);
		write_spread(out, &cell->p50_us);
		write_spread(out, &cell->p99_us);
		fprintf(out, " %d\n", cell->fetch_off || cell->start_skewed);
		lines++;
	}
	return lines;
}

/*
 * Index 0: the corners of the stairs, latency in us and the fraction of faults
 * that took longer. Index 1: marks at p50, p90, p99 and p99.9.
 */
static void write_stairs(FILE *out, const struct histogram *h)
{
	static const double marks[] = { 0.5, 0.9, 0.99, 0.999 };
	double above = h->total;

	fprintf(out, "%.9g 1\n", h->min_us);
	for (size_t b = 0; b < h->buckets; b++) {
		fprintf(out, "%.9g %.9g\n", h->upper_us[b], above / h->total);
		above -= h->count[b];
		/* Zero has no place on a log axis: the last stair ends below one fault. */
		fprintf(out, "%.9g %.9g\n", h->upper_us[b], (above > 0 ? above : 0.5) / h->total);
	}
	fprintf(out, "\n\n");
	for (size_t m = 0; m < sizeof(marks) / sizeof(marks[0]); m++)
		/* The tail of few faults says nothing about a far percentile. */
		if (h->total * (1 - marks[m]) >= 1)
			fprintf(out, "%.9g %.9g\n", histogram_quantile_us(h, marks[m]),
				1 - marks[m]);
}

/* Returns 1 when the series has a histogram there, 0 when not, -1 on errors. */
static int write_distribution(const struct series *series, size_t number, unsigned int vcpus,
			      const char *dir)
{
	const struct cell *cell = series_cell(series, vcpus);
	struct histogram h;
	FILE *out;
	int ret = -1;

	if (!cell || !cell->timed)
		return 0;
	if (cell_histogram(cell, &h))
		return 0;
	out = open_data(dir, "distribution", number);
	if (out) {
		write_stairs(out, &h);
		ret = close_data(out, dir) ? -1 : 1;
	}
	histogram_free(&h);
	return ret;
}

/*
 * Index 0: row, total, the phases, and total again where there are no phases.
 * Index 1: the rows of series that have nothing to show.
 */
static int write_phases(const struct panel *panel, const char *name, unsigned int vcpus,
			const char *dir)
{
	FILE *out = open_data(dir, name, 0);

	if (!out)
		return -1;
	for (size_t s = 0; s < panel->series_count; s++) {
		const struct cell *cell = series_cell(&panel->series[s], vcpus);

		if (!cell || !cell->timed)
			continue;
		fprintf(out, "%zu %.9g", s + 1, cell->total_us.median);
		for (int p = PHASE_DELIVERY; p < PHASE_COUNT; p++)
			fprintf(out, " %.9g", cell->phased ? cell->phase_us[p].median : 0);
		fprintf(out, " %.9g\n", cell->phased ? 0 : cell->total_us.median);
	}
	fprintf(out, "\n\n");
	for (size_t s = 0; s < panel->series_count; s++) {
		const struct cell *cell = series_cell(&panel->series[s], vcpus);

		if (!cell || !cell->timed)
			fprintf(out, "%zu\n", s + 1);
	}
	return close_data(out, dir);
}

/* The lists of series by number that have something to show in a kind of plot. */
struct lists {
	char curves[4096], distributions[4096];
};

static void add_number(char *list, size_t size, size_t number)
{
	size_t n = strlen(list);

	snprintf(list + n, size - n, "%s%zu", n ? " " : "", number);
}

static int write_series(const struct panel *panel, unsigned int chosen, const char *dir,
			struct lists *lists)
{
	for (size_t s = 0; s < panel->series_count; s++) {
		FILE *out = open_data(dir, "curve", s + 1);
		int has;

		if (!out)
			return -1;
		if (write_curve(out, &panel->series[s]))
			add_number(lists->curves, sizeof(lists->curves), s + 1);
		if (close_data(out, dir))
			return -1;
		has = write_distribution(&panel->series[s], s + 1, chosen, dir);
		if (has < 0)
			return -1;
		if (has)
			add_number(lists->distributions, sizeof(lists->distributions), s + 1);
	}
	return 0;
}

static void write_labels(FILE *out, const struct panel *panel)
{
	fprintf(out, "series_count = %zu\n", panel->series_count);
	fprintf(out, "array label[series_count]\narray mode[series_count]\n"
		     "array variant[series_count]\n");
	for (size_t s = 0; s < panel->series_count; s++) {
		char name[64];

		snprintf(name, sizeof(name), "label[%zu]", s + 1);
		write_variable(out, name, panel->series[s].label);
		snprintf(name, sizeof(name), "mode[%zu]", s + 1);
		write_variable(out, name, panel->series[s].mode);
		fprintf(out, "variant[%zu] = %u\n", s + 1, panel->series[s].variant);
	}
}

/* What stands under every plot. */
static void write_captions(FILE *out, const struct run_data *run, const struct panel *panel)
{
	const char *sweep = json_string_value(json_object_get(run->run, "sweep"));
	const char *limits = panel_limits_summary(panel);
	char line[2048], a[512], b[512], c[64];

	panel_values(panel, "arch", c, sizeof(c));
	snprintf(line, sizeof(line), "tier %s: %s", panel->tier, tier_summary(panel->tier));
	write_variable(out, "tier", panel->tier);
	write_variable(out, "caption_tier", line);
	write_variable(out, "caption_limits", limits);
	snprintf(line, sizeof(line), "fetch %s, kernel %s, %s, sweep %s",
		 panel_values(panel, "fetch", b, sizeof(b)), run_kernel(run, c, a, sizeof(a)), c,
		 sweep);
	write_variable(out, "caption_kernel", line);
	write_variable(out, "caption_conditions", panel_conditions(panel, a, sizeof(a)));
	snprintf(line, sizeof(line), "faultline %s", run_version(run, a, sizeof(a)));
	write_variable(out, "caption_faultline", line);
	write_variable(out, "incomplete", run_incomplete(run, a, sizeof(a)));
}

static bool has_repeats(const struct panel *panel)
{
	for (size_t s = 0; s < panel->series_count; s++)
		for (size_t c = 0; c < panel->series[s].cell_count; c++)
			if (json_array_size(panel->series[s].cells[c].records) > 1)
				return true;
	return false;
}

int plot_data_write(const struct run_data *run, const struct panel *panel, const char *dir)
{
	unsigned int vcpus[VCPU_COUNTS_MAX], chosen = panel_shown_vcpus(run, panel);
	size_t count = panel_vcpus(panel, vcpus, VCPU_COUNTS_MAX);
	struct lists lists = { .curves = "" };
	FILE *out;

	if (write_series(panel, chosen, dir, &lists) ||
	    write_phases(panel, "phases-few.dat", vcpus[0], dir) ||
	    write_phases(panel, "phases-many.dat", chosen, dir))
		return -1;
	out = open_data(dir, "panel.gp", 0);
	if (!out)
		return -1;
	write_variable(out, "data", dir);
	write_labels(out, panel);
	write_variable(out, "curves", lists.curves);
	write_variable(out, "distributions", lists.distributions);
	fprintf(out, "repeats = %d\nvcpus_min = %u\nvcpus_max = %u\n", has_repeats(panel), vcpus[0],
		vcpus[count - 1]);
	fprintf(out, "vcpus_few = %u\nvcpus_many = %u\n", vcpus[0], chosen);
	write_captions(out, run, panel);
	return close_data(out, dir);
}
