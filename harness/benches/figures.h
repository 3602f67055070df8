/* SPDX-License-Identifier: GPL-2.0-only */
/* How benchmarks beside the first one write their figures, each kind below a member of its own. */
#ifndef FAULTLINE_BENCHES_FIGURES_H
#define FAULTLINE_BENCHES_FIGURES_H

#include "../point/measurement.h"

#define COUNT_UNKNOWN INT64_MAX /* written as null */

struct named_count {
	const char *name;
	int64_t count;
};

/* ,"member":{"name":count,...} */
void write_named(FILE *out, const char *member, const struct named_count *counts, size_t n);

struct named_ticks {
	const char *name; /* with its unit, ns */
	uint64_t ticks;
};

/* The same in ns of results. Returns the first one. */
double write_named_ticks(FILE *out, const struct measurement *m, const char *member,
			 const struct named_ticks *ticks, size_t n);

#define ROWS(table) (table), sizeof(table) / sizeof((table)[0])

#endif
