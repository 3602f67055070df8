/* SPDX-License-Identifier: GPL-2.0-only */
/* What tables, captions and the report say about a run in the same words. */
#ifndef FAULTLINE_DESCRIBE_H
#define FAULTLINE_DESCRIBE_H

#include "groups.h"

/* The text of a record's or run's member, numbers in decimal; "" when there is none. */
const char *json_text(const json_t *object, const char *name, char *buf, size_t size);

/*
 * Writes the values that a key takes in the panel: "30us", "anon,shmem" or, for
 * numbers, "64..256". Returns buf.
 */
const char *panel_values(const struct panel *panel, const struct key *key, char *buf, size_t size);

/* What stands in every header and caption before the other conditions. */
const char *panel_tier(const struct panel *panel);
const char *panel_arch(const struct panel *panel);
/* What was measured, "fetch 30us" where that is faults, "bench freeze" otherwise. Returns buf. */
const char *panel_subject(const struct panel *panel, char *buf, size_t size);

const char *panel_fetch(const struct panel *panel, char *buf, size_t size);

/* These others: "workload=...". Returns buf. */
const char *panel_conditions(const struct panel *panel, char *buf, size_t size);

/* What the panel's set-up cannot show, beyond its tier's limits; "" for nothing. */
const char *panel_limits_summary(const struct panel *panel);
const char *panel_limits_statement(const struct panel *panel);

/*
 * "6.12.117, series 0123456789ab", the kernel of that architecture; "unknown" where run.json does
 * not say. For arch NULL those of all, each once. Returns buf.
 */
const char *run_kernel(const struct run_data *run, const char *arch, char *buf, size_t size);

/* faultline's version. Returns buf. */
const char *run_version(const struct run_data *run, char *buf, size_t size);

/* "" for a whole run, else "INCOMPLETE: 3 of 12 points, 1 failed". Returns buf. */
const char *run_incomplete(const struct run_data *run, char *buf, size_t size);

/* "" without simulated CPUs in parallel, else "8 of 8 known answers ...". Returns buf. */
const char *run_answers_summary(const struct run_data *run, char *buf, size_t size);

#endif
