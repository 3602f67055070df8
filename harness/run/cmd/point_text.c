// SPDX-License-Identifier: GPL-2.0-only
#include "point_text.h"

#include <string.h>

#include "../store/record.h"

static long long integer(const json_t *record, const char *name)
{
	return json_integer_value(json_object_get(record, name));
}

static double number(const json_t *record, const char *name)
{
	return json_number_value(json_object_get(record, name));
}

static const char *text(const json_t *record, const char *name)
{
	return json_string_value(json_object_get(record, name));
}

static void print_phases(FILE *out, json_t *latency_ns)
{
	static const char *const columns[] = { "min", "p50", "p90", "p99", "p999", "max" };
	const char *phase;
	json_t *figures;

	fprintf(out, "\n  %-10s", "ns");
	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
		fprintf(out, "%12s", columns[i]);
	fprintf(out, "%14s\n", "mean");
	json_object_foreach (latency_ns, phase, figures) {
		fprintf(out, "  %-10s", phase);
		for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
			fprintf(out, "%12lld", integer(figures, columns[i]));
		fprintf(out, "%14.1f\n", number(figures, "mean"));
	}
}

static void print_times(FILE *out, const json_t *record)
{
	fprintf(out,
		"  %.1f pages/s from first start to last end, %.1f pages/s as sum of the vCPUs\n",
		number(record, "rate_span"), number(record, "rate_sum"));
	if (json_is_true(json_object_get(record, "start_skewed")))
		fprintf(out, "  the vCPUs started %lld ns apart, over 5 %% of the span\n",
			integer(record, "start_skew_ns"));
	if (json_is_true(json_object_get(record, "fetch_off")))
		fprintf(out,
			"  the fetch took %lld ns (median), more than 2 us off what was asked for\n",
			integer(record, "fetch_achieved_p50_ns"));
	print_phases(out, json_object_get(record, "latency_ns"));
}

void record_print(FILE *out, const json_t *record, const char *tier_why)
{
	fprintf(out, "tier %s (%s)\n%s\n", text(record, "tier"), tier_why, text(record, "id"));
	if (strcmp(record_status(record), "ok")) {
		fprintf(out, "%s: %s\n", record_status(record), record_reason(record));
		return;
	}
	fprintf(out,
		"\n  %lld of %lld pages verified, %lld fetches, %lld exits, %lld userfaultfd events, "
		"%lld populates\n",
		integer(record, "pages_verified"), integer(record, "pages_total"),
		integer(record, "fetches"), integer(record, "exits"),
		integer(record, "uffd_events"), integer(record, "populates"));
	if (json_object_get(record, "latency_ns"))
		print_times(out, record);
	else
		fprintf(out, "  times mean nothing in this tier, and none are shown\n");
}
