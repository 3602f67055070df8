/* SPDX-License-Identifier: GPL-2.0-only */
/* The summary table, at most 100 columns wide unless a label of the sweep is very long. */
#ifndef FAULTLINE_TABLE_H
#define FAULTLINE_TABLE_H

#include <stdio.h>

#include "report_data.h"

/* Run, tier, kernel, faultline, how to repeat. */
void table_header(FILE *out, const struct run_data *run);

/* All panels: conditions, best uffd, figures; then architectures side by side. */
void table_body(FILE *out, const struct run_data *run);

/* The points that failed or were skipped, and why; nothing when none was. */
void table_problems(FILE *out, const struct run_data *run);

/* The known answers of the simulated CPUs; nothing when none was asked for. */
void table_answers(FILE *out, const struct run_data *run);

/* All of these, one after the other. */
void table_print(FILE *out, const struct run_data *run);

/* What was measured on both architectures, side by side; nothing where nothing was. */
void table_arches(FILE *out, const struct run_data *run);

/* The characters that the longest name of a series takes, at least width. */
int table_label_width(const struct panel *panel, size_t width);

/* Prints a / b into width columns, or "-" if one of them is not there (0). */
void table_print_ratio(FILE *out, double a, double b, int width);

#endif
