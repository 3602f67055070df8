/* SPDX-License-Identifier: GPL-2.0-only */
/* Percentiles and histograms of latencies. Nothing is sampled: all values count. */
#ifndef FAULTLINE_STATS_H
#define FAULTLINE_STATS_H

#include <stddef.h>
#include <stdint.h>

/*
 * Histogram buckets are log-linear: 2^STATS_SUB_BITS of equal width to a power
 * of two, so that a bucket's bounds are within 1/2^STATS_SUB_BITS of each other.
 */
#define STATS_SUB_BITS 4

struct stats {
	uint64_t min, p50, p90, p99, p999, max;
	double mean;
};

void stats_sort(uint64_t *values, size_t count);

/*
 * The smallest of the sorted values that at least permille/1000 of them do not
 * exceed (nearest rank). count must not be 0.
 */
uint64_t stats_percentile(const uint64_t *sorted, size_t count, unsigned int permille);

/* Of sorted values; count must not be 0. */
void stats_summarize(struct stats *stats, const uint64_t *sorted, size_t count);

/* The largest value that falls into the same bucket as value. */
uint64_t stats_bucket_upper(uint64_t value);

#endif
