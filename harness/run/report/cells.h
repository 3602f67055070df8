/* SPDX-License-Identifier: GPL-2.0-only */
/* Series of points, and their figures at each vCPU count. */
#ifndef FAULTLINE_CELLS_H
#define FAULTLINE_CELLS_H

#include "../store/points.h"
#include "figures.h"

/* One series at one vCPU count: the repeats of a point that are ok; natively its blocks. */
struct cell {
	unsigned int vcpus;
	const struct record *records;
	size_t record_count;
	bool timed; /* there are rates and latencies: not so in tier emulated */
	unsigned int marks; /* of all records, see marks.h */
	struct spread *figures; /* one for each row of figures[] */
};

/* Points that resolve faults in the same way. */
struct series {
	char *label;
	char *mechanism; /* what the label stands for: mode and, with handlers, their keys */
	unsigned int mode; /* enum mode_id */
	unsigned int variant; /* how many series of the same mode come before it in the panel */
	struct cell *cells; /* by ascending vcpus; only those with ok records */
	size_t cell_count;
};

/* Makes a series of its records, which it sorts. It owns label and mechanism. */
void series_init(struct series *series, char *label, char *mechanism, struct record *records,
		 size_t count);

void series_fini(struct series *series);

/* The cell of a vCPU count, or NULL; with times, or NULL. */
const struct cell *series_cell(const struct series *series, unsigned int vcpus);
const struct cell *series_timed_cell(const struct series *series, unsigned int vcpus);

/* The cell's figure of a row of figures[]; unknown where the mode or tier does not have it. */
const struct spread *cell_figure(const struct cell *cell, const struct figure *figure);

#endif
