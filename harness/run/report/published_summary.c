// SPDX-License-Identifier: GPL-2.0-only
/* What a comparison with published tables comes to. */
#include <string.h>

#include "published.h"

#define CHARGED 1 /* the end of the bracket that models caches */

static const double factors[] = { 1.5, 2 };
#define FACTORS (sizeof(factors) / sizeof(factors[0]))

static bool is_within(const struct published *row, size_t end, double factor)
{
	double ratio = row->simulated[end] / row->rate;

	return ratio <= factor && ratio >= 1 / factor;
}

static size_t count_within(const struct published_tables *tables, size_t end, double factor)
{
	size_t count = 0;

	for (size_t i = 0; i < tables->count; i++)
		count += published_is_measured(&tables->rows[i]) &&
			 is_within(&tables->rows[i], end, factor);
	return count;
}

static void print_name(const struct published *row, FILE *out)
{
	fprintf(out, "%s (%s, %s)", row->series, row->table, arch_names[row->arch]);
}

static void print_far(const struct published_tables *tables, FILE *out)
{
	for (size_t i = 0; i < tables->count; i++) {
		const struct published *row = &tables->rows[i];

		if (!published_is_measured(row) || is_within(row, CHARGED, factors[FACTORS - 1]))
			continue;
		fprintf(out, "  not within %.0f: ", factors[FACTORS - 1]);
		print_name(row, out);
		fprintf(out, ", %u vCPUs: %.2f\n", row->vcpus, row->simulated[CHARGED] / row->rate);
	}
}

/* Of the series that first is the first row of. */
static void print_peak(const struct published_tables *tables, const struct published *first,
		       FILE *out)
{
	const struct published *published = first, *simulated = first;

	for (size_t i = 0; i < tables->count; i++) {
		const struct published *row = &tables->rows[i];

		if (!published_is_measured(row) || !published_is_same_series(row, first))
			continue;
		if (row->rate > published->rate)
			published = row;
		if (row->simulated[CHARGED] > simulated->simulated[CHARGED])
			simulated = row;
	}
	fprintf(out, "  ");
	print_name(published, out);
	fprintf(out, ": published at %u vCPUs, simulated at %u\n", published->vcpus,
		simulated->vcpus);
}

static void print_peaks(const struct published_tables *tables, FILE *out)
{
	fprintf(out, "highest rate of one userfaultfd at P=70\n");
	for (size_t i = 0; i < tables->count; i++) {
		const struct published *row = &tables->rows[i];

		if (published_is_measured(row) && !strcmp(row->mode, "uffd") && row->uffds == 1 &&
		    published_first(tables, row) == row)
			print_peak(tables, row, out);
	}
}

static bool are_rivals(const struct published *a, const struct published *b)
{
	return published_is_measured(a) && published_is_measured(b) &&
	       published_is_same_table(a, b) && a->vcpus == b->vcpus &&
	       !strcmp(a->backing, b->backing);
}

/* Each pair of rows is looked at once. Returns how many have changed places, of *pairs. */
static size_t print_order(const struct published_tables *tables, size_t *pairs, FILE *out)
{
	size_t changed = 0;

	*pairs = 0;
	for (size_t i = 0; i < tables->count; i++) {
		for (size_t k = 0; k < tables->count; k++) {
			const struct published *a = &tables->rows[i], *b = &tables->rows[k];

			if (!are_rivals(a, b) || a->rate <= b->rate)
				continue;
			++*pairs;
			if (a->simulated[CHARGED] >= b->simulated[CHARGED])
				continue;
			changed++;
			if (!out)
				continue;
			fprintf(out, "  %u vCPUs: ", a->vcpus);
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

	fprintf(out, "\nof %zu points\n", published_measured(tables));
	for (size_t i = 0; i < FACTORS; i++)
		fprintf(out, "within a factor of %.1f of the published: %zu at P=0, %zu at P=70\n",
			factors[i], count_within(tables, 0, factors[i]),
			count_within(tables, CHARGED, factors[i]));
	print_far(tables, out);
	print_peaks(tables, out);
	fprintf(out,
		"of %zu pairs of series with the same backing and vCPUs, %zu change places at P=70\n",
		pairs, changed);
	print_order(tables, &pairs, out);
}
