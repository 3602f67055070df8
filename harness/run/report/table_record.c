// SPDX-License-Identifier: GPL-2.0-only
#include "table_record.h"

#include <stdlib.h>
#include <string.h>

#include "../store/record.h"
#include "figures.h"
#include "marks.h"
#include "../base/json.h"

/* With the spread of several draws, or rounds: of one process, so that it is no block's. */
static void print_figure(FILE *out, const struct figure *figure, struct spread spread,
			 const char *each)
{
	static const int digits[] = {
		[FIGURE_COUNT] = 0, [FIGURE_NUMBER] = 0, [FIGURE_RATE] = 1, [FIGURE_TIME] = 3
	};
	const char *about = figure->about;

	if (spread.count < 2)
		fprintf(out, "  %12.*f  %s\n", digits[figure->kind], spread.median, about);
	else
		fprintf(out, "  %12.10g  %s; median of %zu %s, +-%.1f %%\n", spread_shown(&spread),
			about, spread.count, each, spread_percent(&spread));
}

/* Those of the point as a whole. */
static void print_figures(FILE *out, const json_t *record)
{
	const char *each = json_object_get(record, "each_round") ? "rounds" : "draws";

	fputc('\n', out);
	for (size_t f = 0; f < figures_count; f++) {
		const struct figure *figure = &figures[f];
		double *all = NULL;
		size_t count = 0;

		if (figure->about && figure_read_all(figure, record, &all, &count))
			print_figure(out, figure, spread_of(all, count), each);
		free(all);
	}
}

/* What was measured natively beside what the figures are of. */
static void print_rounds(FILE *out, const json_t *rounds)
{
	const json_t *warm_up = json_object_get(rounds, "warm_up_rate_span");

	if (json_is_number(warm_up))
		fprintf(out, "  %12.10g  pages/s of the round before those, which does not count\n",
			three_digits(json_number_value(warm_up)));
	if (json_is_false(json_object_get(rounds, "is_enough")))
		fprintf(out,
			"  the rounds took too long: there are less than was asked for, %.3f s and "
			"%lld pages a vCPU\n",
			(double)json_number_of(rounds, "span_ns") / 1e9,
			json_number_of(rounds, "pages_per_vcpu"));
}

/* Of too few faults there is no p99.9. */
static void print_time(FILE *out, const json_t *ns)
{
	if (json_is_number(ns))
		fprintf(out, "%12.0f", json_number_value(ns));
	else
		fprintf(out, "%12s", "-");
}

static void print_distributions(FILE *out, const json_t *latency_ns)
{
	static const char *const columns[] = { "min", "p50", "p90", "p99", "p999", "max" };
	const char *phase;
	json_t *distribution;

	fprintf(out, "\n  %-10s", "ns");
	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
		fprintf(out, "%12s", columns[i]);
	fprintf(out, "%14s\n", "mean");
	json_object_foreach ((json_t *)latency_ns, phase, distribution) {
		fprintf(out, "  %-10s", phase);
		for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
			print_time(out, json_object_get(distribution, columns[i]));
		fprintf(out, "%14.1f\n", json_number_value(json_object_get(distribution, "mean")));
	}
}

static bool is_timed(const json_t *record)
{
	enum tier tier;

	return !tier_parse(json_member(record, "tier"), &tier) && tier_kinds[tier].is_timed;
}

void table_record(FILE *out, const json_t *record, const char *tier_why)
{
	const json_t *latency_ns = json_object_get(record, "latency_ns");

	fprintf(out, "tier %s (%s)\n%s\n", json_member(record, "tier"), tier_why,
		json_member(record, "id"));
	if (strcmp(record_status(record), "ok")) {
		fprintf(out, "%s: %s\n", record_status(record), record_reason(record));
		return;
	}
	print_figures(out, record);
	if (!is_timed(record)) {
		fprintf(out, "  times mean nothing in this tier, and none are shown\n");
		return;
	}
	print_rounds(out, json_object_get(record, "rounds"));
	marks_describe(out, record);
	if (latency_ns)
		print_distributions(out, latency_ns);
}
