/* SPDX-License-Identifier: GPL-2.0-only */
/* Plots of a run by gnuplot; the scripts are in plots/. */
#ifndef FAULTLINE_PLOT_H
#define FAULTLINE_PLOT_H

#include "groups.h"

struct plot_kind {
	const char *name; /* of the script in plots/, and of what it draws */
	/* NULL: for all that have times. */
	bool (*is_for)(const struct run_data *run, const struct panel *panel);
	unsigned int benches; /* of these benchmarks' panels, a bit each; 0: of faults */
};

/* In the order of the report; the last one has no name. */
extern const struct plot_kind plot_kinds[];

/* Whether the panel has that plot. */
bool plot_is_for(const struct plot_kind *kind, const struct run_data *run,
		 const struct panel *panel);

/*
 * The name of a panel's file in plots/: "throughput.svg", from the second panel on
 * "throughput-2.svg". Returns buf.
 */
const char *plot_file(const char *name, size_t panel, const char *ending, char *buf, size_t size);

/*
 * Draws every kind for every panel that has times into plots/ of run_dir, as SVG, with png as PNG
 * too; and keeps there what it takes to draw them again, see plots/README.md. Returns 0, or -1
 * after error(): gnuplot is missing or fails, or a file cannot be written.
 */
int plots_write(const struct run_data *run, const char *run_dir, bool png);

/*
 * Runs gnuplot on a script in a folder, as by hand: no quote in the folder's name needs care; and
 * without the user's own settings, which may write files. set: commands before it. Returns 0, or -1
 * after error() with what gnuplot said.
 */
int gnuplot_run(const char *dir, const char *set, const char *script);

/* A file of plots/ of FAULTLINE_ROOT as text, or NULL after error(). The caller frees. */
char *plots_read(const char *name);

#endif
