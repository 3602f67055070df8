/* SPDX-License-Identifier: GPL-2.0-only */
/* The figures of one record. */
#ifndef FAULTLINE_TABLE_RECORD_H
#define FAULTLINE_TABLE_RECORD_H

#include <jansson.h>
#include <stdio.h>

/*
 * Prints the point and why it has its tier; then its figures, what is to be known of them, and
 * all distributions, or why there are none.
 */
void table_record(FILE *out, const json_t *record, const char *tier_why);

#endif
