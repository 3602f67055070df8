// SPDX-License-Identifier: GPL-2.0-only
/* The summary table, as plain text that survives a mail. */
#include <stdlib.h>
#include <string.h>

#include "report_data.h"
#include "table.h"
#include "../base/util.h"

#define WIDTH 98
#define LABEL_MIN 12

/* Prints text broken into lines of WIDTH, the first after title, all indented by indent columns. */
static void print_wrapped(FILE *out, const char *title, int indent, const char *text)
{
	int column = fprintf(out, "%-*s", indent, title);

	for (const char *word = text; *word;) {
		int length = (int)strcspn(word, " ");

		if (column > indent && column + 1 + length > WIDTH)
			column = fprintf(out, "\n%*s", indent, "") - 1;
		if (column > indent)
			column += fprintf(out, " ");
		column += fprintf(out, "%.*s", length, word);
		word += length + strspn(word + length, " ");
	}
	fputc('\n', out);
}

void table_header(FILE *out, const struct run_data *run)
{
	const char *tier = json_string_value(json_object_get(run->run, "tier"));
	const char *sweep = json_string_value(json_object_get(run->run, "sweep"));
	char text[512], incomplete[128];

	fprintf(out, "faultline: sweep %s, tier %s, %s\n", sweep, tier,
		json_text(json_object_get(run->run, "wall"), "started", text, sizeof(text)));
	if (run_incomplete(run, incomplete, sizeof(incomplete))[0])
		fprintf(out, "*** %s ***\n", incomplete);
	print_wrapped(out, "  tier", 14, tier_summary(tier));
	print_wrapped(out, "  kernel", 14, run_kernel(run, NULL, text, sizeof(text)));
	print_wrapped(out, "  faultline", 14, run_version(run, text, sizeof(text)));
	if (run_answers_summary(run, text, sizeof(text))[0])
		print_wrapped(out, "  checked by", 14, text);
	print_wrapped(out, "  repeat with", 14, json_text(run->run, "command", text, sizeof(text)));
}

static void print_conditions(FILE *out, const struct panel *panel)
{
	char text[512], arch[64];

	fprintf(out, "\n%s, tier %s, fetch %s\n", panel_values(panel, "arch", arch, sizeof(arch)),
		panel->tier, panel_values(panel, "fetch", text, sizeof(text)));
	print_wrapped(out, "", 2, panel_conditions(panel, text, sizeof(text)));
}

int table_label_width(const struct panel *panel, size_t width)
{
	for (size_t s = 0; s < panel->series_count; s++)
		if (strlen(panel->series[s].label) > width)
			width = strlen(panel->series[s].label);
	return (int)width;
}

/* The fastest timed series of a mode at a vCPU count, or NULL. */
static const struct series *fastest(const struct panel *panel, const char *mode, unsigned int vcpus)
{
	const struct series *best = NULL;
	double rate = 0;

	for (size_t s = 0; s < panel->series_count; s++) {
		const struct series *series = &panel->series[s];
		const struct cell *cell = series_cell(series, vcpus);

		if (strcmp(series->mode, mode) || !cell || !cell->timed ||
		    cell->rate.median <= rate)
			continue;
		rate = cell->rate.median;
		best = series;
	}
	return best;
}

static double one_reader_rate(const struct panel *panel, unsigned int vcpus)
{
	for (size_t s = 0; s < panel->series_count; s++) {
		const struct cell *cell = series_cell(&panel->series[s], vcpus);

		if (panel->series[s].one_reader && cell && cell->timed)
			return cell->rate.median;
	}
	return 0;
}

void table_print_ratio(FILE *out, double a, double b, int width)
{
	if (a > 0 && b > 0)
		fprintf(out, "%*.2f", width, a / b);
	else
		fprintf(out, "%*s", width, "-");
}

static void print_rate(FILE *out, double rate, int width)
{
	if (rate > 0)
		fprintf(out, "%*.0f", width, rate);
	else
		fprintf(out, "%*s", width, "-");
}

static void table_best(FILE *out, const struct panel *panel)
{
	unsigned int vcpus[VCPU_COUNTS_MAX];
	size_t count = panel_vcpus(panel, vcpus, VCPU_COUNTS_MAX);
	int width = table_label_width(panel, LABEL_MIN);
	bool headed = false;

	for (size_t i = 0; i < count; i++) {
		const struct series *uffd = fastest(panel, "uffd", vcpus[i]);
		const struct series *userfault = fastest(panel, "userfault", vcpus[i]);
		double best, user, one = one_reader_rate(panel, vcpus[i]);

		if (!uffd)
			continue;
		if (!headed)
			fprintf(out,
				"\npages/s of the best uffd found at each vCPU count, and of userfault\n"
				"%5s  %10s  %-*s %10s  %11s  %10s\n",
				"vCPUs", "uffd, best", width, "which is", "userfault",
				"/ uffd best", "/ 1 reader");
		headed = true;
		best = series_cell(uffd, vcpus[i])->rate.median;
		user = userfault ? series_cell(userfault, vcpus[i])->rate.median : 0;
		fprintf(out, "%5u  %10.0f  %-*s ", vcpus[i], best, width, uffd->label);
		print_rate(out, user, 10);
		table_print_ratio(out, user, best, 13);
		table_print_ratio(out, user, one, 12);
		fputc('\n', out);
	}
}

/* Microseconds with as many digits as are of use. */
static void print_us(FILE *out, double us, int width)
{
	fprintf(out, "%*.*f", width, us < 100 ? 2 : us < 10000 ? 1 : 0, us);
}

static void print_cell(FILE *out, const struct series *series, const struct cell *cell, int width)
{
	fprintf(out, "%5u  %-*s %9.0f%c%c%9.0f", cell->vcpus, width, series->label,
		cell->rate.median, cell->fetch_off ? '*' : ' ', cell->start_skewed ? '!' : ' ',
		cell->rate_sum.median);
	print_us(out, cell->p50_us.median, 9);
	print_us(out, cell->p99_us.median, 9);
	for (int p = PHASE_DELIVERY; p < PHASE_COUNT; p++) {
		if (cell->phased)
			print_us(out, cell->phase_us[p].median, 9);
		else
			fprintf(out, "%9s", "-");
	}
	fputc('\n', out);
}

/* Says how far repeats lie apart, where there are any. */
static void print_repeats(FILE *out, const struct panel *panel)
{
	double worst = 0;
	const struct series *worst_series = NULL;
	const struct cell *worst_cell = NULL;
	size_t most = 0;

	for (size_t s = 0; s < panel->series_count; s++) {
		for (size_t c = 0; c < panel->series[s].cell_count; c++) {
			const struct cell *cell = &panel->series[s].cells[c];
			size_t repeats = json_array_size(cell->records);
			double apart = 0;

			most = repeats > most ? repeats : most;
			if (cell->timed && cell->rate.median > 0)
				apart = (cell->rate.max - cell->rate.min) / cell->rate.median;
			if (worst_cell && apart <= worst)
				continue;
			worst = apart;
			worst_series = &panel->series[s];
			worst_cell = cell;
		}
	}
	if (most > 1)
		fprintf(out,
			"medians of up to %zu repeats, whose pages/s lie at most %.1f %% apart "
			"(%s, %u vCPUs)\n",
			most, 100 * worst, worst_series->label, worst_cell->vcpus);
}

/* What the marks mean, of those that any cell has. */
static void print_marks(FILE *out, const struct panel *panel)
{
	bool fetch_off = false, start_skewed = false;

	for (size_t s = 0; s < panel->series_count; s++) {
		for (size_t c = 0; c < panel->series[s].cell_count; c++) {
			fetch_off |= panel->series[s].cells[c].fetch_off;
			start_skewed |= panel->series[s].cells[c].start_skewed;
		}
	}
	if (fetch_off)
		fprintf(out, "* the median fetch took over 2 us more or less than asked for\n");
	if (start_skewed)
		fprintf(out, "! the vCPUs started over 5 %% of the span apart\n");
}

static void table_times(FILE *out, const struct panel *panel)
{
	unsigned int vcpus[VCPU_COUNTS_MAX];
	size_t count = panel_vcpus(panel, vcpus, VCPU_COUNTS_MAX);
	int width = table_label_width(panel, LABEL_MIN);

	fprintf(out, "\n%5s  %-*s %20s %17s %35s\n", "", width, "", "pages/s", "total latency, us",
		"mean of each phase, us");
	fprintf(out, "%5s  %-*s %9s %10s %8s %8s %8s %8s %8s %8s\n", "vCPUs", width, "series",
		"span", "sum", "p50", "p99", phase_names[PHASE_DELIVERY], phase_names[PHASE_FETCH],
		phase_names[PHASE_RESOLVE], phase_names[PHASE_RESUME]);
	for (size_t i = 0; i < count; i++) {
		for (size_t s = 0; s < panel->series_count; s++) {
			const struct cell *cell = series_cell(&panel->series[s], vcpus[i]);

			if (cell && cell->timed)
				print_cell(out, &panel->series[s], cell, width);
		}
		if (i + 1 < count)
			fputc('\n', out);
	}
	print_marks(out, panel);
	print_repeats(out, panel);
}

/* What is known of points without times: whether all pages arrived, once each. */
static void table_counts(FILE *out, const struct panel *panel)
{
	static const struct {
		const char *title, *member;
	} counts[] = { { "pages", "pages_total" },
		       { "verified", "pages_verified" },
		       { "fetches", "fetches" },
		       { "exits", "exits" },
		       { "uffd events", "uffd_events" } };
	int width = table_label_width(panel, LABEL_MIN);

	fprintf(out, "\n%5s  %-*s", "vCPUs", width, "series");
	for (size_t k = 0; k < sizeof(counts) / sizeof(counts[0]); k++)
		fprintf(out, " %11s", counts[k].title);
	fputc('\n', out);
	for (size_t s = 0; s < panel->series_count; s++) {
		for (size_t c = 0; c < panel->series[s].cell_count; c++) {
			const struct cell *cell = &panel->series[s].cells[c];
			const json_t *record = json_array_get(cell->records, 0);
			char text[32];

			fprintf(out, "%5u  %-*s", cell->vcpus, width, panel->series[s].label);
			for (size_t k = 0; k < sizeof(counts) / sizeof(counts[0]); k++)
				fprintf(out, " %11s",
					json_text(record, counts[k].member, text, sizeof(text)));
			fputc('\n', out);
		}
	}
}

void table_body(FILE *out, const struct run_data *run)
{
	for (size_t p = 0; p < run->panel_count; p++) {
		const struct panel *panel = &run->panels[p];

		print_conditions(out, panel);
		if (panel_limits_summary(panel)[0])
			print_wrapped(out, "", 2, panel_limits_summary(panel));
		if (panel_timed(panel)) {
			table_best(out, panel);
			table_times(out, panel);
		} else {
			table_counts(out, panel);
		}
	}
	table_arches(out, run);
}

void table_problems(FILE *out, const struct run_data *run)
{
	json_t *problems = run_problems(run);
	const json_t *problem;
	size_t i;

	json_array_foreach (problems, i, problem) {
		char status[64], series[256], points[1024], reason[1024];

		if (!i)
			fprintf(out, "\nnot measured:\n");
		fprintf(out, "  %s: %s, %s%s%s\n",
			json_text(problem, "status", status, sizeof(status)),
			json_text(problem, "series", series, sizeof(series)),
			problem_points(problem, points, sizeof(points)),
			run->panel_count > 1 ? ", " : "",
			run->panel_count > 1 ?
				json_string_value(json_object_get(problem, "panel")) :
				"");
		print_wrapped(out, "", 6, json_text(problem, "reason", reason, sizeof(reason)));
	}
	json_decref(problems);
}

static void print_answer(FILE *out, const json_t *row)
{
	for (size_t c = 0; c < ANSWER_COLUMNS; c++)
		fprintf(out, "%*s", c > 1 ? 10 : 8,
			row ? json_string_value(json_array_get(row, c)) : answer_title(c));
	fputc('\n', out);
}

void table_answers(FILE *out, const struct run_data *run)
{
	json_t *rows = run_answers(run);
	const json_t *row;
	size_t i;

	json_array_foreach (rows, i, row) {
		if (!i) {
			fprintf(out,
				"\nknown answers of the simulated CPUs, ns an operation at 1 ns an "
				"instruction\n");
			print_answer(out, NULL);
		}
		print_answer(out, row);
	}
	json_decref(rows);
}

void table_print(FILE *out, const struct run_data *run)
{
	table_header(out, run);
	table_body(out, run);
	table_problems(out, run);
	table_answers(out, run);
}
