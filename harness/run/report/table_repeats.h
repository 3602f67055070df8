/* SPDX-License-Identifier: GPL-2.0-only */
/* What repeats, draws and blocks say of a table's figures. */
#ifndef FAULTLINE_TABLE_REPEATS_H
#define FAULTLINE_TABLE_REPEATS_H

#include <stdio.h>

#include "groups.h"

/*
 * Says how many there were and how far pages/s of a cell lie apart; natively also whether blocks
 * are too few, or rounds were cut short. Nothing for a single measurement of each in other tiers.
 */
void table_repeats(FILE *out, const struct panel *panel);

#endif
