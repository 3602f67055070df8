/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Records: one JSON object a line, see results/schema/record.schema.json.
 * Written without a library, as faultline-point is static and has none.
 */
#ifndef FAULTLINE_EMIT_H
#define FAULTLINE_EMIT_H

#include <stdio.h>

#include "measurement.h"

#define RECORD_SCHEMA 1

/* What stands before the figures of a point that was measured. */
void emit_head(FILE *out, const struct point *point);

/* The figures of a finished measurement, as members of a record. */
void emit_figures(FILE *out, const struct measurement *m);

/*
 * Those that differ from one draw or round to the next, without histograms, as an object. Returns
 * the figure that they are ordered by.
 */
double emit_brief(FILE *out, const struct measurement *m);

/* What bench=fault counts, and its times; see struct bench. */
void emit_fault_counts(FILE *out, const struct measurement *m);
double emit_fault_times(FILE *out, const struct measurement *m, bool is_brief);

/* The record of a point that came to nothing; status is "failed" or "skipped". */
void emit_reason(FILE *out, const struct point *point, const char *status, const char *reason);

#endif
