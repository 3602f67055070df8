// SPDX-License-Identifier: GPL-2.0-only
#include "table_placement.h"

#include <string.h>

#include "../host/nearness.h"
#include "../base/json.h"
#include "print.h"

#define COLUMN_WIDTH 14

/* What the record says of its threads' places, or NULL. */
static json_t *placement_of(const struct cell *cell)
{
	return json_object_get(json_object_get(cell->records[0].json, "wall"), "placement");
}

/* Whether handlers are on other cores of their vCPUs' last-level caches, and nobody shares one. */
static bool is_near(const json_t *placement)
{
	const struct placed placed = nearness_read(placement);

	return !placed_astray(&placed);
}

/* Panels that differ by what threads do put them in the same places. */
static bool is_shown_before(const struct run_data *run, size_t panel, const char *label,
			    const struct cell *cell)
{
	for (size_t p = 0; p < panel; p++) {
		const struct series *series = panel_series(&run->panels[p], label);
		const struct cell *other = series ? series_cell(series, cell->vcpus) : NULL;

		if (other && json_equal(placement_of(other), placement_of(cell)))
			return true;
	}
	return false;
}

static void print_head(FILE *out, int width)
{
	fprintf(out,
		"\nplacement: pairs of a vCPU and a handler that serves it, by how near they were; "
		"threads that\nshared a CPU, and others that shared a core. Points that are not here "
		"had every thread alone on\na core, at one last-level cache with those that it "
		"serves\n%5s  %-*s",
		"vCPUs", width, "series");
	for (enum nearness n = 0; n < NEARNESS_COUNT; n++)
		fprintf(out, "%*s", COLUMN_WIDTH, nearness_titles[n]);
	fprintf(out, "%*s%*s\n", COLUMN_WIDTH, "sharing CPU", COLUMN_WIDTH, "sharing core");
}

static void print_row(FILE *out, int width, const char *label, const struct cell *cell)
{
	const struct placed placed = nearness_read(placement_of(cell));

	fprintf(out, "%5u  %-*s", cell->vcpus, width, label);
	for (enum nearness n = 0; n < NEARNESS_COUNT; n++)
		fprintf(out, "%*u", COLUMN_WIDTH, placed.pairs[n]);
	fprintf(out, "%*u%*u\n", COLUMN_WIDTH, placed.sharing_cpu, COLUMN_WIDTH,
		placed.sharing_core);
}

/* What all cells are like. */
struct summary {
	size_t near, astray, wander, unbound;
	int width;
};

static void add_up(struct summary *sum, const struct cell *cell)
{
	const json_t *placement = placement_of(cell);
	const json_t *nodes = json_object_get(cell->records[0].json, "memory_nodes");

	sum->unbound += nodes && !json_array_size(nodes);
	if (json_is_null(placement))
		sum->wander++;
	else if (placement && is_near(placement))
		sum->near++;
	else if (placement)
		sum->astray++;
}

static struct summary summarize(const struct run_data *run)
{
	struct summary sum = { 0 };

	for (size_t p = 0; p < run->panel_count; p++) {
		const struct panel *panel = &run->panels[p];
		int width = panel_label_width(panel, strlen("series"));

		sum.width = width > sum.width ? width : sum.width;
		for (size_t s = 0; s < panel->series_count; s++)
			for (size_t c = 0; c < panel->series[s].cell_count; c++)
				add_up(&sum, &panel->series[s].cells[c]);
	}
	return sum;
}

static void print_rows(FILE *out, const struct run_data *run, int width)
{
	for (size_t p = 0; p < run->panel_count; p++) {
		const struct panel *panel = &run->panels[p];

		for (size_t s = 0; s < panel->series_count; s++) {
			const struct series *series = &panel->series[s];

			for (size_t c = 0; c < series->cell_count; c++) {
				const struct cell *cell = &series->cells[c];
				const json_t *placement = placement_of(cell);

				if (json_is_object(placement) && !is_near(placement) &&
				    !is_shown_before(run, p, series->label, cell))
					print_row(out, width, series->label, cell);
			}
		}
	}
}

void table_placement(FILE *out, const struct run_data *run)
{
	const struct summary sum = summarize(run);

	if (tier_kinds[run->tier].host != HOST_NATIVE)
		return;
	if (sum.wander)
		fprintf(out, "\nplacement: at %zu of %zu points threads wandered between CPUs\n",
			sum.wander, sum.wander + sum.near + sum.astray);
	if (sum.unbound)
		fprintf(out,
			"\nmemory of %zu points was not bound to the NUMA nodes of their vCPUs: numactl "
			"had\ndecided, or it was not permitted\n",
			sum.unbound);
	if (sum.near && !sum.astray)
		fprintf(out, "\nplacement: every thread alone on a core, at one last-level cache "
			     "with those that it serves\n");
	if (!sum.astray)
		return;
	print_head(out, sum.width);
	print_rows(out, run, sum.width);
}
