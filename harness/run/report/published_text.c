// SPDX-License-Identifier: GPL-2.0-only
/* What a comparison with published tables comes to, as text and as data of the figure. */
#include <string.h>

#include "../../mode.h"
#include "published.h"

#define FREE 0 /* charges: cache lines move for free */
#define CHARGED 1 /* the one that models caches */

static const double factors[] = { 1.5, 2 };
#define FACTORS (sizeof(factors) / sizeof(factors[0]))

/* "P=70" */
static const char *charge_name(size_t charge)
{
	static char names[PUBLISHED_CHARGES][16];

	snprintf(names[charge], sizeof(names[charge]), "P=%u", published_charges_ns[charge]);
	return names[charge];
}

/* The row of the same series with the smallest vCPU count. */
static const struct published *first_of(const struct published_tables *tables,
					const struct published *row)
{
	const struct published *first = row;

	for (size_t i = 0; i < tables->count; i++)
		if (published_is_same_series(&tables->rows[i], row) &&
		    tables->rows[i].point.vcpus < first->point.vcpus)
			first = &tables->rows[i];
	return first;
}

static void print_header(const struct published *row, FILE *out)
{
	const char *p0 = charge_name(FREE), *p1 = charge_name(CHARGED);

	fprintf(out, "\n%s, %s\n%-34s%6s%30s%18s%24s%18s\n", row->source->table,
		arch_names[row->point.arch], "", "", "thousand pages/s", "ratio",
		"relative to the first", "ratio");
	fprintf(out, "%-34s%6s%10s%10s%10s%9s%9s%8s%8s%8s%9s%9s\n", "series", "vCPUs", "published",
		p0, p1, p0, p1, "publ.", p0, p1, p0, p1);
}

static void print_row(const struct published *row, const struct published *first, FILE *out)
{
	double none = row->simulated[FREE], charged = row->simulated[CHARGED];
	double grown = row->rate / first->rate, grown_none = none / first->simulated[FREE];
	double grown_charged = charged / first->simulated[CHARGED];

	fprintf(out, "%-34s%6u%10.0f%10.0f%10.0f%9.2f%9.2f%8.2f%8.2f%8.2f%9.2f%9.2f\n", row->series,
		row->point.vcpus, row->rate / 1000, none / 1000, charged / 1000, none / row->rate,
		charged / row->rate, grown, grown_none, grown_charged, grown_none / grown,
		grown_charged / grown);
}

void published_print(const struct published_tables *tables, FILE *out)
{
	fprintf(out,
		"Published: as measured by others on hardware (results/published/). P: ns that a "
		"cache line takes\nfrom one simulated CPU to another. Ratio: simulated to "
		"published. pages/s of all vCPUs.\nOne P and one number of instructions a ns for "
		"all points: the sweep files say how they were fixed.\n");
	for (size_t i = 0; i < tables->count; i++) {
		const struct published *row = &tables->rows[i];

		if (!i || !published_is_same_table(row - 1, row))
			print_header(row, out);
		print_row(row, first_of(tables, row), out);
	}
}

static void print_name(const struct published *row, FILE *out)
{
	fprintf(out, "%s (%s, %s)", row->series, row->source->table, arch_names[row->point.arch]);
}

void published_write_data(const struct published_tables *tables, FILE *out)
{
	const char *separator = "";

	for (size_t i = 0; i < tables->count; i++) {
		const struct published *series = &tables->rows[i];

		if (first_of(tables, series) != series)
			continue;
		fprintf(out, "%s\"", separator);
		print_name(series, out);
		fprintf(out, "\"\n");
		for (const struct published *row = series; row < tables->rows + tables->count;
		     row++)
			if (published_is_same_series(row, series))
				fprintf(out, "%u %.0f %.0f %.0f\n", row->point.vcpus, row->rate,
					row->simulated[FREE], row->simulated[CHARGED]);
		separator = "\n\n";
	}
}

static bool is_within(const struct published *row, size_t charge, double factor)
{
	double ratio = row->simulated[charge] / row->rate;

	return ratio <= factor && ratio >= 1 / factor;
}

static size_t count_within(const struct published_tables *tables, size_t charge, double factor)
{
	size_t count = 0;

	for (size_t i = 0; i < tables->count; i++)
		count += is_within(&tables->rows[i], charge, factor);
	return count;
}

static void print_far(const struct published_tables *tables, double factor, FILE *out)
{
	for (size_t i = 0; i < tables->count; i++) {
		const struct published *row = &tables->rows[i];

		if (is_within(row, CHARGED, factor))
			continue;
		fprintf(out, "  not within %.0f: ", factor);
		print_name(row, out);
		fprintf(out, ", %u vCPUs: %.2f\n", row->point.vcpus,
			row->simulated[CHARGED] / row->rate);
	}
}

/* Of the series that first is the first row of. */
static void print_peak(const struct published_tables *tables, const struct published *first,
		       FILE *out)
{
	const struct published *published = first, *simulated = first;

	for (size_t i = 0; i < tables->count; i++) {
		const struct published *row = &tables->rows[i];

		if (!published_is_same_series(row, first))
			continue;
		if (row->rate > published->rate)
			published = row;
		if (row->simulated[CHARGED] > simulated->simulated[CHARGED])
			simulated = row;
	}
	fprintf(out, "  ");
	print_name(published, out);
	fprintf(out, ": published at %u vCPUs, simulated at %u\n", published->point.vcpus,
		simulated->point.vcpus);
}

static void print_peaks(const struct published_tables *tables, FILE *out)
{
	fprintf(out, "highest rate of one userfaultfd at %s\n", charge_name(CHARGED));
	for (size_t i = 0; i < tables->count; i++) {
		const struct published *row = &tables->rows[i];

		if (row->point.mode == MODE_uffd && row->point.uffds == 1 &&
		    first_of(tables, row) == row)
			print_peak(tables, row, out);
	}
}

/* Whether a was published to be faster than b with the same backing and vCPU count. */
static bool is_ahead(const struct published *a, const struct published *b)
{
	return published_is_same_table(a, b) && a->point.vcpus == b->point.vcpus &&
	       a->point.backing == b->point.backing && a->rate > b->rate;
}

/* Each pair of rows is looked at once. Returns how many have changed places, of *pairs. */
static size_t print_order(const struct published_tables *tables, size_t *pairs, FILE *out)
{
	const struct published *end = tables->rows + tables->count;
	size_t changed = 0;

	*pairs = 0;
	for (const struct published *a = tables->rows; a < end; a++) {
		for (const struct published *b = tables->rows; b < end; b++) {
			if (!is_ahead(a, b))
				continue;
			++*pairs;
			if (a->simulated[CHARGED] >= b->simulated[CHARGED])
				continue;
			changed++;
			if (!out)
				continue;
			fprintf(out, "  %u vCPUs: ", a->point.vcpus);
			print_name(a, out);
			fprintf(out, " over %s: published %.2f, simulated %.2f\n", b->series,
				a->rate / b->rate, a->simulated[CHARGED] / b->simulated[CHARGED]);
		}
	}
	return changed;
}

void published_print_summary(const struct published_tables *tables, FILE *out)
{
	size_t pairs, changed = print_order(tables, &pairs, NULL);

	fprintf(out, "\nof %zu points\n", tables->count);
	for (size_t i = 0; i < FACTORS; i++)
		fprintf(out, "within a factor of %.1f of the published: %zu at %s, %zu at %s\n",
			factors[i], count_within(tables, FREE, factors[i]), charge_name(FREE),
			count_within(tables, CHARGED, factors[i]), charge_name(CHARGED));
	print_far(tables, factors[FACTORS - 1], out);
	print_peaks(tables, out);
	fprintf(out,
		"of %zu pairs of series with the same backing and vCPUs, %zu change places at %s\n",
		pairs, changed, charge_name(CHARGED));
	print_order(tables, &pairs, out);
}
