/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Records: one JSON object a line, see results/schema/record.schema.json.
 * Written without a library, as faultline-point is static and has none.
 */
#ifndef FAULTLINE_RECORD_H
#define FAULTLINE_RECORD_H

#include <stdio.h>

#include "run.h"

#define RECORD_SCHEMA 1

/* The record of a finished run, whose vCPUs' control blocks are given. */
void record_write(FILE *out, const struct run *run, const struct guest_vcpu *blocks);

/* The record of a point that came to nothing; status is "failed" or "skipped". */
void record_write_reason(FILE *out, const struct point *point, const char *status,
			 const char *reason);

/* Text as a JSON string (RFC 8259): quotes, backslashes, control characters are escaped. */
void record_write_string(FILE *out, const char *text);

#endif
