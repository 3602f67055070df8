/* SPDX-License-Identifier: GPL-2.0-only */
/* A point's record for people. */
#ifndef FAULTLINE_POINT_TEXT_H
#define FAULTLINE_POINT_TEXT_H

#include <jansson.h>
#include <stdio.h>

/* Prints a whole record. tier_why: why it was measured in its tier. */
void record_print(FILE *out, const json_t *record, const char *tier_why);

#endif
