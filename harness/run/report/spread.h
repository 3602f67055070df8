/* SPDX-License-Identifier: GPL-2.0-only */
/* The values that several measurements have of one figure: their median, and how sure it is. */
#ifndef FAULTLINE_SPREAD_H
#define FAULTLINE_SPREAD_H

#include <stdbool.h>
#include <stddef.h>

struct spread {
	bool known; /* all measurements have it */
	double median;
	/*
	 * Of draws, which say how much of a figure is chance, the least and the most. Of blocks, which
	 * are a sample of what the machine does, the 95 % confidence interval of the median.
	 */
	double low, high;
	bool is_of_blocks;
	size_t count; /* of values */
};

/* The mean of the middle two of an even count. values: ascending; count > 0. */
double median_of_sorted(const double *values, size_t count);

/* Of draws; sorts values. count > 0. */
struct spread spread_of(double *values, size_t count);

/* Of blocks; the same values always have the same interval. Sorts values. count > 0. */
struct spread spread_of_blocks(double *values, size_t count);

/* To three digits, for what has no more. */
double three_digits(double value);

/*
 * A figure with its spread: a median of several values is told to three digits, as more of them
 * would be of one draw only.
 */
double spread_shown(const struct spread *spread);

/* Half of what low and high are apart, in percent of the median; 0 for a single value. */
double spread_percent(const struct spread *spread);

#endif
