// SPDX-License-Identifier: GPL-2.0-only
/* The summary table, as plain text that survives a mail. */
#include <stdlib.h>
#include <string.h>

#include "../../mode.h"
#include "describe.h"
#include "findings.h"
#include "marks.h"
#include "print.h"
#include "table.h"
#include "table_arches.h"
#include "table_notes.h"
#include "table_placement.h"
#include "table_repeats.h"
#include "../base/json.h"

#define LABEL_MIN 12

void table_header(FILE *out, const struct run_data *run)
{
	const char *sweep = json_member(run->run, "sweep");
	char text[512], incomplete[128];

	fprintf(out, "faultline: sweep %s, tier %s, %s\n", sweep, tier_kinds[run->tier].name,
		json_text(json_object_get(run->run, "wall"), "started", text, sizeof(text)));
	if (run_incomplete(run, incomplete, sizeof(incomplete))[0])
		fprintf(out, "*** %s ***\n", incomplete);
	print_wrapped(out, "  tier", 14, tier_kinds[run->tier].caption, PRINT_WIDTH);
	print_wrapped(out, "  kernel", 14, run_kernel(run, NULL, text, sizeof(text)), PRINT_WIDTH);
	print_wrapped(out, "  faultline", 14, run_version(run, text, sizeof(text)), PRINT_WIDTH);
	if (run_answers_summary(run, text, sizeof(text))[0])
		print_wrapped(out, "  checked by", 14, text, PRINT_WIDTH);
	print_wrapped(out, "  repeat with", 14, json_text(run->run, "command", text, sizeof(text)),
		      PRINT_WIDTH);
}

static void print_conditions(FILE *out, const struct panel *panel)
{
	char text[512];

	fprintf(out, "\n%s, tier %s, %s\n", panel_arch(panel), panel_tier(panel),
		panel_subject(panel, text, sizeof(text)));
	print_wrapped(out, "", 2, panel_conditions(panel, text, sizeof(text)), PRINT_WIDTH);
	if (*panel_limits_summary(panel))
		print_wrapped(out, "", 2, panel_limits_summary(panel), PRINT_WIDTH);
	for (size_t i = 0; i < panel->series_count; i++)
		fprintf(out, "%s  %-*s  %s\n", i ? "" : "\n", panel_label_width(panel, LABEL_MIN),
			panel->series[i].label, panel->series[i].mechanism);
}

/* What the marks mean, of those that any cell has. */
static void print_marks(FILE *out, const struct panel *panel)
{
	unsigned int on = 0;

	for (size_t s = 0; s < panel->series_count; s++) {
		for (size_t c = 0; c < panel->series[s].cell_count; c++)
			on |= panel->series[s].cells[c].marks;
	}
	marks_explain(out, on);
}

static bool is_count(const struct figure *figure)
{
	return figure->kind == FIGURE_COUNT || figure->kind == FIGURE_NUMBER;
}

static bool is_measured(const struct figure *figure)
{
	return figure->kind != FIGURE_COUNT;
}

#define SPREAD_WIDTH 6

static const struct columns times = {
	.shows = is_measured,
	.gap = MARKS_WIDTH + SPREAD_WIDTH,
	.gap_head = "+-%",
};

/* What is known of points without times: whether all pages arrived, once each. */
static const struct columns counts = { .shows = is_count };

/* What follows the figure that cells are compared by. */
static void print_gap(FILE *out, const struct cell *cell)
{
	const struct spread *rate =
		cell_figure(cell, figure_compared(cell->records[0].point.bench));

	marks_put(out, cell->marks);
	if (rate->count > 1)
		fprintf(out, "%*.1f", SPREAD_WIDTH, spread_percent(rate));
	else
		fprintf(out, "%*s", SPREAD_WIDTH, "");
}

static void print_cell(FILE *out, const struct columns *columns, const struct cell *cell)
{
	int gap = columns->gap;

	for (size_t f = 0; f < figures_count; f++) {
		if (!columns_show(columns, &figures[f]))
			continue;
		column_print(out, columns, &figures[f], cell_figure(cell, &figures[f]));
		if (gap)
			print_gap(out, cell);
		gap = 0;
	}
	fputc('\n', out);
}

static void table_cells(FILE *out, const struct panel *panel, const struct columns *kind)
{
	const struct columns of_bench = {
		.bench = panel->point->bench,
		.shows = kind->shows,
		.gap = kind->gap,
		.gap_head = kind->gap_head,
	};
	const struct columns *columns = &of_bench;
	int width = panel_label_width(panel, LABEL_MIN);
	char left[512];

	snprintf(left, sizeof(left), "%5s  %-*s", "vCPUs", width, "series");
	fputc('\n', out);
	columns_print_head(out, columns, left);
	for (size_t i = 0; i < panel->vcpus_count; i++) {
		for (size_t s = 0; s < panel->series_count; s++) {
			const struct cell *cell = series_cell(&panel->series[s], panel->vcpus[i]);

			if (!cell)
				continue;
			fprintf(out, "%5u  %-*s", cell->vcpus, width, panel->series[s].label);
			print_cell(out, columns, cell);
		}
		if (i + 1 < panel->vcpus_count)
			fputc('\n', out);
	}
}

void table_body(FILE *out, const struct run_data *run)
{
	for (size_t p = 0; p < run->panel_count; p++) {
		const struct panel *panel = &run->panels[p];

		print_conditions(out, panel);
		if (!panel->shown_vcpus) {
			table_cells(out, panel, &counts);
			continue;
		}
		table_cells(out, panel, &times);
		print_marks(out, panel);
		table_repeats(out, panel);
	}
	table_arches(out, run);
	table_placement(out, run);
	table_conditions(out, run);
}

void table_print(FILE *out, const struct run_data *run)
{
	table_header(out, run);
	findings_print(out, run, PRINT_WIDTH);
	table_body(out, run);
	table_problems(out, run);
	table_answers(out, run);
}
