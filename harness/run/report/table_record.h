/* SPDX-License-Identifier: GPL-2.0-only */
/* The figures of one record. */
#ifndef FAULTLINE_TABLE_RECORD_H
#define FAULTLINE_TABLE_RECORD_H

#include <jansson.h>
#include <stdio.h>

/* Prints what an ok record has: its figures, what is to be known of them, and all distributions. */
void table_record(FILE *out, const json_t *record);

#endif
