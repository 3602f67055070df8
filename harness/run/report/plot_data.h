/* SPDX-License-Identifier: GPL-2.0-only */
/* The figures of a panel as gnuplot reads them. */
#ifndef FAULTLINE_PLOT_DATA_H
#define FAULTLINE_PLOT_DATA_H

#include "groups.h"

/*
 * Prints what plots/README.md describes: to settings the variables that the scripts in plots/ use,
 * to data the blocks of figures that these name. The panel has times.
 */
void plot_data_print(FILE *settings, FILE *data, const struct run_data *run,
		     const struct panel *panel);

#endif
