/* SPDX-License-Identifier: GPL-2.0-only */
/* How the latencies of a cell are distributed. */
#ifndef FAULTLINE_HISTOGRAM_H
#define FAULTLINE_HISTOGRAM_H

#include "groups.h"

/* A histogram over all repeats of a cell. */
struct histogram {
	double *upper_us; /* bucket's upper bound, inclusive, ascending */
	double *count;
	size_t buckets;
	double total;
	double min_us;
};

/*
 * Adds up the histograms of total latency of a timed cell. Returns 0, or -1
 * when its records have none. histogram_free() afterwards.
 */
int cell_histogram(const struct cell *cell, struct histogram *histogram);

/* The smallest upper bound that at least the fraction (0..1) of all faults stay within. */
double histogram_quantile_us(const struct histogram *histogram, double fraction);

void histogram_free(struct histogram *histogram);

#endif
