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

/* The record of a finished measurement. */
void emit_record(FILE *out, const struct measurement *m);

/* The record of a point that came to nothing; status is "failed" or "skipped". */
void emit_reason(FILE *out, const struct point *point, const char *status, const char *reason);

#endif
