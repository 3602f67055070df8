/* SPDX-License-Identifier: GPL-2.0-only */
/* The same points of two architectures side by side. */
#ifndef FAULTLINE_TABLE_ARCHES_H
#define FAULTLINE_TABLE_ARCHES_H

#include <stdio.h>

#include "groups.h"

/* What was measured on both architectures; nothing where nothing was. */
void table_arches(FILE *out, const struct run_data *run);

#endif
