/* SPDX-License-Identifier: GPL-2.0-only */
/* From records to the figures of a series. */
#ifndef FAULTLINE_REPORT_CELLS_H
#define FAULTLINE_REPORT_CELLS_H

#include "report_data.h"

/* Makes a series of the panel from its records; those of the panel's earlier series exist. */
void series_init(const struct panel *panel, struct series *series, const char *label,
		 const json_t *records);

void series_fini(struct series *series);

/* Median (mean of the middle two for even counts), min and max; sorts values. count > 0. */
struct spread spread_of(double *values, size_t count);

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
