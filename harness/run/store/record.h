/* SPDX-License-Identifier: GPL-2.0-only */
/* Records as faultline-point prints them and as points.jsonl keeps them. */
#ifndef FAULTLINE_RUN_RECORD_H
#define FAULTLINE_RUN_RECORD_H

#include <jansson.h>

#include "../plan/plan.h"

#define SCHEMA_VERSION 1

/*
 * Makes sense of what a point's process wrote: the last line that is not empty, checked to be a
 * record of this very point. Returns a new reference, or NULL after error().
 */
json_t *record_parse(const char *text, const struct point *p);

/* The record of a point that left none of its own. New reference. */
json_t *record_failed(const struct point *p, const char *reason);

/* Adds series, id and wall (takes over the reference), in this order, at the end. */
void record_finish(json_t *record, const char *series, const char *id, json_t *wall);

/* One line without newline; the same record always gives the same bytes. Caller frees. */
char *record_dump(const json_t *record);

/* "ok", "failed" or "skipped"; "" without a status. */
const char *record_status(const json_t *record);
const char *record_reason(const json_t *record);

#endif
