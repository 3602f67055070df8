/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FAULTLINE_MEASURE_H
#define FAULTLINE_MEASURE_H

#include <stdio.h>

#include "../keys.h"
#include "bench_ops.h"
#include "mode_ops.h"

/*
 * Measures a point, whose benchmark's and mode's operations are given, and writes its record to out. Ends
 * the process through fail() or skip() if that cannot be done.
 */
void measure_point(const struct point *point, const struct bench *bench, const struct mode *mode,
		   FILE *out);

#endif
