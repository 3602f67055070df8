// SPDX-License-Identifier: GPL-2.0-only
/* The same points of two architectures side by side. */
#include <stdlib.h>
#include <string.h>

#include "../../keys.h"
#include "report_data.h"
#include "table.h"
#include "../base/util.h"

/* Two panels that differ in nothing but their architectures, in the order of enum arch. */
struct pair {
	const struct panel *panels[2];
	const char *arches[2];
};

/* The panel's key without its architecture. Caller frees. */
static char *key_apart_from_arch(const struct panel *panel)
{
	char arch[64], *key = xstrdup(panel->key), *word, *at;

	panel_values(panel, "arch", arch, sizeof(arch));
	word = xasprintf("arch=%s", arch);
	at = strstr(key, word);
	if (at)
		memmove(at, at + strlen(word), strlen(at + strlen(word)) + 1);
	free(word);
	return key;
}

static bool differ_in_arch_alone(const struct panel *a, const struct panel *b)
{
	char *key = key_apart_from_arch(a), *other = key_apart_from_arch(b);
	bool is_same = !strcmp(key, other);

	free(key);
	free(other);
	return is_same;
}

static const struct panel *find_panel(const struct run_data *run, const struct panel *like,
				      const char *arch)
{
	char text[64];

	for (size_t p = 0; p < run->panel_count; p++)
		if (differ_in_arch_alone(&run->panels[p], like) &&
		    !strcmp(panel_values(&run->panels[p], "arch", text, sizeof(text)), arch))
			return &run->panels[p];
	return NULL;
}

static const struct series *find_series(const struct panel *panel, const char *label)
{
	for (size_t s = 0; s < panel->series_count; s++)
		if (!strcmp(panel->series[s].label, label))
			return &panel->series[s];
	return NULL;
}

/* Both architectures' cells of a series of the first one. Returns whether both have times. */
static bool find_cells(const struct pair *pair, size_t s, unsigned int vcpus,
		       const struct cell *cells[2])
{
	const struct series *series = &pair->panels[0]->series[s];
	const struct series *other = find_series(pair->panels[1], series->label);

	cells[0] = series_cell(series, vcpus);
	cells[1] = other ? series_cell(other, vcpus) : NULL;
	return cells[0] && cells[1] && cells[0]->timed && cells[1]->timed;
}

static bool has_vcpus(const struct pair *pair, unsigned int vcpus)
{
	const struct cell *cells[2];

	for (size_t s = 0; s < pair->panels[0]->series_count; s++)
		if (find_cells(pair, s, vcpus, cells))
			return true;
	return false;
}

/* The vCPU counts that both have, ascending. Returns how many. */
static size_t common_vcpus(const struct pair *pair, unsigned int vcpus[VCPU_COUNTS_MAX])
{
	size_t count = panel_vcpus(pair->panels[0], vcpus, VCPU_COUNTS_MAX), common = 0;

	for (size_t i = 0; i < count; i++)
		if (has_vcpus(pair, vcpus[i]))
			vcpus[common++] = vcpus[i];
	return common;
}

static void print_rates(FILE *out, const struct pair *pair, const unsigned int *vcpus, size_t count)
{
	int width = table_label_width(pair->panels[0], strlen("series"));
	const struct cell *cells[2];

	fprintf(out, "\npages/s (span), ratio %s / %s, at these numbers of vCPUs\n%-*s",
		pair->arches[1], pair->arches[0], width, "series");
	for (size_t i = 0; i < count; i++)
		fprintf(out, "%6u", vcpus[i]);
	fputc('\n', out);
	for (size_t s = 0; s < pair->panels[0]->series_count; s++) {
		fprintf(out, "%-*s", width, pair->panels[0]->series[s].label);
		for (size_t i = 0; i < count; i++) {
			bool both = find_cells(pair, s, vcpus[i], cells);

			table_print_ratio(out, both ? cells[1]->rate.median : 0,
					  both ? cells[0]->rate.median : 0, 6);
		}
		fputc('\n', out);
	}
}

/* One CPU that executes one instruction a ns shows instructions; sleeps are in them, too. */
static bool shows_instructions(const struct panel *panel)
{
	return !strcmp(panel->tier, "simulated") && !panel_is_manycore(panel);
}

/* The phases and, last, their total; none of the former where the mode has none. */
static double figure_us(const struct cell *cell, int p)
{
	if (p == PHASE_COUNT)
		return cell->total_us.median;
	return cell->phased ? cell->phase_us[p].median : 0;
}

static void print_figure(FILE *out, double us, bool is_instructions)
{
	if (!(us > 0))
		fprintf(out, "%10s", "-");
	else if (is_instructions)
		fprintf(out, "%10.1f", us * 1000);
	else
		fprintf(out, "%10.*f", us < 100 ? 2 : 1, us);
}

static void print_point(FILE *out, const struct pair *pair, const struct series *series,
			const struct cell *const cells[2], int width)
{
	bool is_instructions = shows_instructions(pair->panels[0]);

	for (int side = 0; side < 2; side++) {
		fprintf(out, "%5s  %-*s  %-7s%10.0f", "", width, side ? "" : series->label,
			pair->arches[side], cells[side]->rate.median);
		for (int p = PHASE_DELIVERY; p <= PHASE_COUNT; p++)
			print_figure(out, figure_us(cells[side], p), is_instructions);
		fputc('\n', out);
	}
	fprintf(out, "%5s  %-*s  %-7s", "", width, "", "ratio");
	table_print_ratio(out, cells[1]->rate.median, cells[0]->rate.median, 10);
	for (int p = PHASE_DELIVERY; p <= PHASE_COUNT; p++)
		table_print_ratio(out, figure_us(cells[1], p), figure_us(cells[0], p), 10);
	fputc('\n', out);
}

static void print_phases(FILE *out, const struct pair *pair, unsigned int vcpus)
{
	int width = table_label_width(pair->panels[0], strlen("series"));
	const struct cell *cells[2];

	fprintf(out, "\n%u vCPU%s, mean of each phase, %s\n%5s  %-*s  %-7s%10s", vcpus,
		vcpus > 1 ? "s" : "",
		shows_instructions(pair->panels[0]) ? "instructions and sleep, 1 ns each" : "us",
		"", width, "series", "", "pages/s");
	for (int p = PHASE_DELIVERY; p < PHASE_COUNT; p++)
		fprintf(out, "%10s", phase_names[p]);
	fprintf(out, "%10s\n", "total");
	for (size_t s = 0; s < pair->panels[0]->series_count; s++)
		if (find_cells(pair, s, vcpus, cells))
			print_point(out, pair, &pair->panels[0]->series[s], cells, width);
}

static void print_pair(FILE *out, const struct run_data *run, const struct pair *pair)
{
	unsigned int vcpus[VCPU_COUNTS_MAX], shown = panel_shown_vcpus(run, pair->panels[0]);
	size_t count = common_vcpus(pair, vcpus);
	char fetch[128], conditions[512];

	if (!count)
		return;
	if (!has_vcpus(pair, shown))
		shown = vcpus[count - 1];
	fprintf(out, "\n%s beside %s, tier %s, fetch %s\n  %s\n", pair->arches[1], pair->arches[0],
		pair->panels[0]->tier, panel_values(pair->panels[0], "fetch", fetch, sizeof(fetch)),
		panel_conditions(pair->panels[0], conditions, sizeof(conditions)));
	print_rates(out, pair, vcpus, count);
	print_phases(out, pair, vcpus[0]);
	if (shown != vcpus[0])
		print_phases(out, pair, shown);
}

void table_arches(FILE *out, const struct run_data *run)
{
	char arch[64];

	for (size_t p = 0; p < run->panel_count; p++) {
		struct pair pair = { .panels = { &run->panels[p] },
				     .arches = { arch_names[0], arch_names[1] } };

		if (strcmp(panel_values(&run->panels[p], "arch", arch, sizeof(arch)),
			   pair.arches[0]))
			continue;
		pair.panels[1] = find_panel(run, &run->panels[p], pair.arches[1]);
		if (pair.panels[1])
			print_pair(out, run, &pair);
	}
}
