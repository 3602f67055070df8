/* SPDX-License-Identifier: GPL-2.0-only */
/* What a benchmark is to those who measure; see ../bench.h for the table and ../benches/ for the rows. */
#ifndef FAULTLINE_BENCH_OPS_H
#define FAULTLINE_BENCH_OPS_H

#include <stdbool.h>
#include <stdio.h>

struct measurement;

struct bench {
	/* Makes VM, tested memory and its slot, with the helpers of create.h. */
	void (*create)(struct measurement *m);
	/* Measures. What it finds out is in *m, or in m->findings, which it allocates. */
	void (*run)(struct measurement *m);
	/* fail()s where something is wrong with what has come of it, however fast it was. */
	void (*check)(const struct measurement *m);
	/* Members of the record: what was counted, in every tier. */
	void (*write_counts)(FILE *out, const struct measurement *m);
	/*
	 * And times, where the tier is timed. is_brief: for one draw or round of several. Returns
	 * the figure by which these are ordered, the first of its columns, as recorded.
	 */
	double (*write_times)(FILE *out, const struct measurement *m, bool is_brief);
	bool is_rate; /* that figure is pages per second, of all pages */
};

#endif
