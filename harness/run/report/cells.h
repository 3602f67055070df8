/* SPDX-License-Identifier: GPL-2.0-only */
/* From the records of a series to its figures: for groups.c, which calls these in turn. */
#ifndef FAULTLINE_CELLS_H
#define FAULTLINE_CELLS_H

#include "groups.h"

/* Makes a series of its records, which it sorts. It owns the label. */
void series_init(struct series *series, char *label, struct record *records, size_t count);

void series_fini(struct series *series);

/* Fills in the vCPU counts of a panel whose series are there, and which of them is shown. */
void panel_find_vcpus(struct panel *panel);

#endif
