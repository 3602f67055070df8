/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a run folder says, for people: a plain-text table, plots and a page of
 * HTML. Everything is made from the folder alone, so it can be made again later.
 *
 * run.json and points.jsonl are as results/schema/ says. Of run.json are needed
 * "sweep", "tier" and "complete"; what else is missing is shown as unknown.
 */
#ifndef FAULTLINE_REPORT_H
#define FAULTLINE_REPORT_H

#include "groups.h"

/*
 * Writes tables.txt, plots/ (SVG, with png PNG too) and report.html into run_dir from its run.json
 * and points.jsonl. A file appears whole or not at all. Needs gnuplot, and plots/ of the folder
 * that FAULTLINE_ROOT names. Returns 0, or -1 after error(); what was written before stays.
 */
int report_write(const struct run_data *run, const char *run_dir, bool png);

#endif
