/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FAULTLINE_STRAGGLER_H
#define FAULTLINE_STRAGGLER_H

#include "interval.h"

/* A vCPU that is another case than the rest, and would set the rate of all by itself. */
struct straggler {
	unsigned int vcpu;
	enum phase interval;
	double mean_ns; /* of its pages */
	double median_ns; /* of all vCPUs' means */
};

/*
 * Finds the vCPU and interval whose mean is off the median of all vCPUs' by the greatest part of
 * a fault. Returns false when that is no straggler, or with less than 3 vCPUs of 8 pages or more, among
 * which nobody can say which is the odd one. No memory ends the process.
 */
bool straggler_find(const struct measurement *m, struct straggler *straggler);

#endif
