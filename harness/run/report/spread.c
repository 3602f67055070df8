// SPDX-License-Identifier: GPL-2.0-only
#include "spread.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../base/util.h"

#define RESAMPLES 2000
#define BEYOND (RESAMPLES * 25 / 1000) /* of them on either side of a 95 % interval */

static int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void sort(double *values, size_t count)
{
	qsort(values, count, sizeof(*values), compare_doubles);
}

double median_of_sorted(const double *values, size_t count)
{
	return (values[(count - 1) / 2] + values[count / 2]) / 2;
}

struct spread spread_of(double *values, size_t count)
{
	sort(values, count);
	return (struct spread){
		.known = true,
		.median = median_of_sorted(values, count),
		.low = values[0],
		.high = values[count - 1],
		.count = count,
	};
}

/* The median of as many values, taken at random and put back. times: room for a number each. */
static double resampled_median(const double *sorted, size_t count, unsigned int *times,
			       uint64_t *state)
{
	double middle[2] = { 0 };
	size_t passed = 0;

	memset(times, 0, count * sizeof(*times));
	for (size_t i = 0; i < count; i++)
		times[prng_next(state) % count]++;
	for (size_t i = 0; i < count; i++) {
		if (passed <= (count - 1) / 2)
			middle[0] = sorted[i];
		if (passed <= count / 2)
			middle[1] = sorted[i];
		passed += times[i];
	}
	return (middle[0] + middle[1]) / 2;
}

/*
 * The percentile bootstrap (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter
 * 13), written out: the library that Debian has for this, GSL, is GPL-3.0-or-later, and what is
 * GPL-2.0-only cannot be linked with it.
 */
static void find_interval(struct spread *spread, const double *sorted)
{
	double *medians = xcalloc(RESAMPLES, sizeof(*medians));
	unsigned int *times = xcalloc(spread->count, sizeof(*times));
	uint64_t state = 1;

	for (size_t i = 0; i < RESAMPLES; i++)
		medians[i] = resampled_median(sorted, spread->count, times, &state);
	sort(medians, RESAMPLES);
	spread->low = medians[BEYOND];
	spread->high = medians[RESAMPLES - 1 - BEYOND];
	free(medians);
	free(times);
}

struct spread spread_of_blocks(double *values, size_t count)
{
	struct spread spread = spread_of(values, count);

	spread.is_of_blocks = true;
	if (spread.low < spread.high)
		find_interval(&spread, values);
	return spread;
}

#define DIGITS 3

double three_digits(double value)
{
	double unit = value > 0 ? pow(10, floor(log10(value)) + 1 - DIGITS) : 1;

	return round(value / unit) * unit;
}

double spread_shown(const struct spread *spread)
{
	return spread->count < 2 ? spread->median : three_digits(spread->median);
}

double spread_percent(const struct spread *spread)
{
	return spread->median > 0 ? (spread->high - spread->low) / 2 / spread->median * 100 : 0;
}
