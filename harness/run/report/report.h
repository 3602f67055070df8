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

#include <stddef.h>
#include <stdio.h>

/*
 * Writes tables.txt, plots/ (SVG and PNG) and report.html into run_dir from its run.json and
 * points.jsonl. A file appears whole or not at all. Needs gnuplot, and plots/ of the folder that
 * FAULTLINE_ROOT names. vcpus: where distribution and phases are shown; 0 for the largest number
 * that most series have. Returns 0, or -1 after error(); what was written before stays.
 */
int report_write(const char *run_dir, unsigned int vcpus);

/*
 * Prints the summary table of a run as plain text, at most 100 columns wide unless a label of the
 * sweep is very long. Returns 0, or -1 after error().
 */
int table_print(FILE *out, const char *run_dir);

#endif
