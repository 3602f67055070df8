/* SPDX-License-Identifier: GPL-2.0-only */
/* The figures of a panel as files that the scripts in plots/ read. */
#ifndef FAULTLINE_PLOT_DATA_H
#define FAULTLINE_PLOT_DATA_H

#include "groups.h"

/*
 * Writes into the folder dir what plots/README.md describes: panel.gp and the
 * data files that it names. Returns 0, or -1 after error().
 */
int plot_data_write(const struct run_data *run, const struct panel *panel, const char *dir);

#endif
