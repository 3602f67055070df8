/* SPDX-License-Identifier: GPL-2.0-only */
/* What stands below the figures of a table. */
#ifndef FAULTLINE_TABLE_NOTES_H
#define FAULTLINE_TABLE_NOTES_H

#include <stdio.h>

#include "groups.h"

/* The points that failed or were skipped, and why; nothing when none was. */
void table_problems(FILE *out, const struct run_data *run);

/* What spoils times on the machine's own CPUs, by run.json; nothing for tiers in a VM. */
void table_conditions(FILE *out, const struct run_data *run);

/* The known answers of the simulated CPUs; nothing when none was asked for. */
void table_answers(FILE *out, const struct run_data *run);

#endif
