/* SPDX-License-Identifier: GPL-2.0-only */
/* Plots of a run by gnuplot; the scripts are in plots/. */
#ifndef FAULTLINE_PLOT_H
#define FAULTLINE_PLOT_H

#include "groups.h"

/* What a script draws of every panel, and the files are called; NULL-terminated. */
extern const char *const plot_kinds[];

/* The same of this one: where the number of readers varies, throughput against it, too. */
const char *const *plot_kinds_of(const struct panel *panel);

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
