/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A benchmark is what is measured of a point. To add one: a file in benches/ with its struct
 * bench, see point/bench_ops.h, a line in the table below, what goes together with it in
 * resolve.c, and its columns in run/report/figures.c.
 */
#ifndef FAULTLINE_BENCH_H
#define FAULTLINE_BENCH_H

/* BENCH(symbol and name, summary) */
#define BENCHES                                                                                \
	BENCH(fault, "the life of a missing page, phase by phase")                             \
	BENCH(freeze, "all guest access to a slot is stopped, as for a migration's blackout, " \
		      "and goes on")                                                           \
	BENCH(toggle, "KVM_MEM_USERFAULT is turned on and off where pages are mapped")         \
	BENCH(clear, "threads make pages present whose content is in place, before any access")

enum {
#define BENCH(symbol, summary) BENCH_##symbol,
	BENCHES
#undef BENCH
		BENCH_COUNT
};

extern const char *const bench_names[]; /* NULL-terminated, in the order of the table */
extern const char *const bench_summaries[];

#endif
