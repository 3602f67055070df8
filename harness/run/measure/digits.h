/* SPDX-License-Identifier: GPL-2.0-only */
/* Whether simulated digits are those of another time, and what they depend on. */
#ifndef FAULTLINE_DIGITS_H
#define FAULTLINE_DIGITS_H

#include <jansson.h>
#include <stdio.h>

/*
 * Of what simulated digits depend on beside the point's own keys, prints what differs between a
 * run.json and an identity's JSON, a line each. Returns how many there are.
 */
size_t digits_causes(FILE *out, const json_t *run, const json_t *identity);

/*
 * Compares what was measured of a point, two records without regard to what a run adds (series, id
 * and wall). Returns NULL when they are the same, or the path of the first member that differs,
 * which the caller frees.
 */
char *digits_difference(const json_t *record, const json_t *other);

#endif
