// SPDX-License-Identifier: GPL-2.0-only
#include "stats.h"

#include <stdlib.h>

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a;
	uint64_t y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

void stats_sort(uint64_t *values, size_t count)
{
	qsort(values, count, sizeof(*values), compare);
}

uint64_t stats_percentile(const uint64_t *sorted, size_t count, unsigned int permille)
{
	size_t rank = (count * permille + 999) / 1000;

	return sorted[rank ? rank - 1 : 0];
}

void stats_summarize(struct stats *stats, const uint64_t *sorted, size_t count)
{
	double sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += (double)sorted[i];
	*stats = (struct stats){
		.min = sorted[0],
		.p50 = stats_percentile(sorted, count, 500),
		.p90 = stats_percentile(sorted, count, 900),
		.p99 = stats_percentile(sorted, count, 990),
		.p999 = stats_percentile(sorted, count, 999),
		.max = sorted[count - 1],
		.mean = sum / (double)count,
	};
}

uint64_t stats_bucket_upper(uint64_t value)
{
	unsigned int shift;

	if (value < 2u << STATS_SUB_BITS)
		return value;
	/* Keep the leading bit and STATS_SUB_BITS below it. */
	shift = 63 - __builtin_clzll(value) - STATS_SUB_BITS;
	return value | ((1ull << shift) - 1);
}
