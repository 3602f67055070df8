/* SPDX-License-Identifier: GPL-2.0-only */
/* Plots of a run by gnuplot; the scripts are in plots/. */
#ifndef FAULTLINE_PLOT_H
#define FAULTLINE_PLOT_H

#include "groups.h"

struct plot_kind {
	const char *name; /* of the script and of the files */
	const char *about; /* what it shows and how to read it, for the report */
};

extern const struct plot_kind plot_kinds[];
extern const size_t plot_kind_count;

/* "plots/throughput.svg", from the second panel on "plots/throughput-2.svg". Returns buf. */
const char *plot_path(const struct plot_kind *kind, size_t panel, const char *format, char *buf,
		      size_t size);

/*
 * Draws every kind for every panel that has times, as SVG and PNG below
 * run_dir. Returns 0, or -1 after error().
 */
int plots_write(const struct run_data *run, const char *run_dir);

/* plots/ of FAULTLINE_ROOT. Returns buf, or NULL after error() when that is not set. */
const char *plots_dir(char *buf, size_t size);

#endif
