/* SPDX-License-Identifier: GPL-2.0-only */
/* What makes a point's times doubtful: a character beside them in tables, a ring in plots. */
#ifndef FAULTLINE_MARKS_H
#define FAULTLINE_MARKS_H

#include <jansson.h>
#include <stdio.h>

/* The marks of a record with times, as bits. */
unsigned int marks_of(const json_t *record);

/* Their characters, padded with blanks to the width of MARKS_WIDTH. */
#define MARKS_WIDTH 2
void marks_put(FILE *out, unsigned int marks);

/* What they mean, a line each. */
void marks_explain(FILE *out, unsigned int marks);

/* What they are in this record, a line each with its figures. */
void marks_describe(FILE *out, const json_t *record);

#endif
