// SPDX-License-Identifier: GPL-2.0-only
#include "table_arches.h"

#include <string.h>

#include "../plan/keyset.h"
#include "describe.h"
#include "print.h"

/* Two panels that differ in nothing but their architectures, in the order of enum arch. */
struct pair {
	const struct panel *panels[2];
};

/* The panel of the other architecture, measured under the same conditions otherwise; or NULL. */
static const struct panel *find_other(const struct run_data *run, const struct panel *panel)
{
	keyset same = run->apart & ~keyset_of("arch");

	for (size_t p = 0; p < run->panel_count; p++)
		if (run->panels[p].point->arch == ARCH_ARM64 &&
		    !points_compare(run->panels[p].point, panel->point, same))
			return &run->panels[p];
	return NULL;
}

/* Both architectures' cells of a series of the first one. Returns whether both have times. */
static bool find_cells(const struct pair *pair, size_t s, unsigned int vcpus,
		       const struct cell *cells[2])
{
	const struct series *series = &pair->panels[0]->series[s];
	const struct series *other = panel_series(pair->panels[1], series->label);

	cells[0] = series_timed_cell(series, vcpus);
	cells[1] = other ? series_timed_cell(other, vcpus) : NULL;
	return cells[0] && cells[1];
}

static bool has_vcpus(const struct pair *pair, unsigned int vcpus)
{
	const struct cell *cells[2];

	for (size_t s = 0; s < pair->panels[0]->series_count; s++)
		if (find_cells(pair, s, vcpus, cells))
			return true;
	return false;
}

static void print_figure_ratio(FILE *out, const struct figure *figure,
			       const struct cell *const cells[2], int width)
{
	print_ratio(out, cells[1] ? cell_figure(cells[1], figure)->median : 0,
		    cells[0] ? cell_figure(cells[0], figure)->median : 0, width);
}

static void print_rates(FILE *out, const struct pair *pair)
{
	const struct panel *panel = pair->panels[0];
	int width = panel_label_width(panel, strlen("series"));
	const struct figure *compared = figure_compared(panel->point->bench);
	const struct cell *cells[2];

	fprintf(out, "\n%s (%s), ratio %s / %s, at these numbers of vCPUs\n%-*s", compared->over,
		compared->name, panel_arch(pair->panels[1]), panel_arch(panel), width, "series");
	for (size_t i = 0; i < panel->vcpus_count; i++)
		if (has_vcpus(pair, panel->vcpus[i]))
			fprintf(out, "%6u", panel->vcpus[i]);
	fputc('\n', out);
	for (size_t s = 0; s < panel->series_count; s++) {
		fprintf(out, "%-*s", width, panel->series[s].label);
		for (size_t i = 0; i < panel->vcpus_count; i++) {
			if (!has_vcpus(pair, panel->vcpus[i]))
				continue;
			find_cells(pair, s, panel->vcpus[i], cells);
			print_figure_ratio(out, compared, cells, 6);
		}
		fputc('\n', out);
	}
}

static bool is_beside(const struct figure *figure)
{
	return figure->beside;
}

static void print_point(FILE *out, const struct pair *pair, const struct series *series,
			const struct cell *const cells[2], const struct columns *columns)
{
	int width = panel_label_width(pair->panels[0], strlen("series"));

	for (int side = 0; side < 2; side++) {
		fprintf(out, "%-*s  %-7s", width, side ? "" : series->label,
			panel_arch(pair->panels[side]));
		for (size_t f = 0; f < figures_count; f++)
			if (columns_show(columns, &figures[f]))
				column_print(out, columns, &figures[f],
					     cell_figure(cells[side], &figures[f]));
		fputc('\n', out);
	}
	fprintf(out, "%-*s  %-7s", width, "", "ratio");
	for (size_t f = 0; f < figures_count; f++)
		if (columns_show(columns, &figures[f]))
			print_figure_ratio(out, &figures[f], cells,
					   column_width(columns, &figures[f]));
	fputc('\n', out);
}

/* One CPU that executes one instruction a ns shows instructions; sleeps are in them, too. */
static void print_points(FILE *out, const struct pair *pair, unsigned int vcpus)
{
	const struct panel *panel = pair->panels[0];
	struct columns columns = {
		.bench = panel->point->bench,
		.shows = is_beside,
		.in_ns = panel_is_one_cpu(panel),
	};
	const struct cell *cells[2];
	char left[512];

	snprintf(left, sizeof(left), "%-*s  %-7s", panel_label_width(panel, strlen("series")),
		 "series", "");
	fprintf(out, "\n%u vCPU%s%s\n", vcpus, vcpus > 1 ? "s" : "",
		columns.in_ns ? ", instructions and sleep, 1 ns each" : "");
	columns_print_head(out, &columns, left);
	for (size_t s = 0; s < panel->series_count; s++)
		if (find_cells(pair, s, vcpus, cells))
			print_point(out, pair, &panel->series[s], cells, &columns);
}

static void print_pair(FILE *out, const struct pair *pair)
{
	const struct panel *panel = pair->panels[0];
	unsigned int first = 0, last = 0, shown;
	char text[512];

	for (size_t i = 0; i < panel->vcpus_count; i++) {
		if (!has_vcpus(pair, panel->vcpus[i]))
			continue;
		first = first ? first : panel->vcpus[i];
		last = panel->vcpus[i];
	}
	if (!first)
		return;
	shown = has_vcpus(pair, panel->shown_vcpus) ? panel->shown_vcpus : last;
	fprintf(out, "\n%s beside %s, tier %s, %s\n", panel_arch(pair->panels[1]),
		panel_arch(panel), panel_tier(panel), panel_subject(panel, text, sizeof(text)));
	print_wrapped(out, "", 2, panel_conditions(panel, text, sizeof(text)), PRINT_WIDTH);
	print_rates(out, pair);
	print_points(out, pair, first);
	if (shown != first)
		print_points(out, pair, shown);
}

void table_arches(FILE *out, const struct run_data *run)
{
	for (size_t p = 0; p < run->panel_count; p++) {
		struct pair pair = { { &run->panels[p] } };

		if (run->panels[p].point->arch != ARCH_X86_64)
			continue;
		pair.panels[1] = find_other(run, &run->panels[p]);
		if (pair.panels[1])
			print_pair(out, &pair);
	}
}
