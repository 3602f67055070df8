// SPDX-License-Identifier: GPL-2.0-only
#include "table_record.h"

#include <stdlib.h>
#include <string.h>

#include "../store/record.h"
#include "figures.h"
#include "marks.h"
#include "../base/json.h"

/* With the spread of several draws. */
static void print_figure(FILE *out, const struct figure *figure, struct spread spread)
{
	static const int digits[] = { [FIGURE_COUNT] = 0, [FIGURE_RATE] = 1, [FIGURE_TIME] = 3 };
	const char *about = figure->about;

	if (spread.count < 2)
		fprintf(out, "  %12.*f  %s\n", digits[figure->kind], spread.median, about);
	else
		fprintf(out, "  %12.10g  %s; median of %zu draws, +-%.1f %%\n",
			spread_shown(&spread), about, spread.count, spread_percent(&spread));
}

/* Those of the point as a whole. */
static void print_figures(FILE *out, const json_t *record)
{
	fputc('\n', out);
	for (size_t f = 0; f < figures_count; f++) {
		const struct figure *figure = &figures[f];
		double *values = NULL;
		size_t count = 0;

		if (figure->about && figure_read_all(figure, record, &values, &count))
			print_figure(out, figure, spread_of(values, count));
		free(values);
	}
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
			fprintf(out, "%12lld", json_number_of(distribution, columns[i]));
		fprintf(out, "%14.1f\n", json_number_value(json_object_get(distribution, "mean")));
	}
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
	if (!latency_ns) {
		fprintf(out, "  times mean nothing in this tier, and none are shown\n");
		return;
	}
	marks_describe(out, record);
	print_distributions(out, latency_ns);
}
