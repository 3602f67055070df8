/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The summary table as plain text that survives a mail, about 100 columns wide unless a label of
 * the sweep is long.
 */
#ifndef FAULTLINE_TABLE_H
#define FAULTLINE_TABLE_H

#include <stdio.h>

#include "groups.h"

/* Run, tier, kernel, faultline, how to repeat. */
void table_header(FILE *out, const struct run_data *run);

/* All panels: conditions, best uffd, figures; then architectures side by side. */
void table_body(FILE *out, const struct run_data *run);

/* Both of these, then table_problems() and table_answers(). */
void table_print(FILE *out, const struct run_data *run);

#endif
