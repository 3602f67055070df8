/* SPDX-License-Identifier: GPL-2.0-only */
/* The parts of the summary table, for who shows some of them elsewhere. */
#ifndef FAULTLINE_TABLE_H
#define FAULTLINE_TABLE_H

#include <stdio.h>

#include "report_data.h"

/* Run, tier, kernel, faultline, how to repeat. */
void table_header(FILE *out, const struct run_data *run);

/* All panels: conditions, best uffd, figures; then architectures side by side. */
void table_body(FILE *out, const struct run_data *run);

/* What was measured on both architectures, side by side; nothing where nothing was. */
void table_arches(FILE *out, const struct run_data *run);

#endif
