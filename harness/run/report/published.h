/* SPDX-License-Identifier: GPL-2.0-only */
/* Published tables (results/published/) and what simulated points say to the same. */
#ifndef FAULTLINE_PUBLISHED_H
#define FAULTLINE_PUBLISHED_H

#include <stdio.h>

#include "../store/points.h"

/* A table, and the sweep that measures the same set-ups. */
struct published_source {
	const char *table; /* the file, without .csv */
	const char *sweep;
};

#define PUBLISHED_SOURCES 2
extern const struct published_source published_sources[PUBLISHED_SOURCES];

/* The coherence charges, in ns, that simulated points are taken at: none, and a large machine's. */
#define PUBLISHED_CHARGES 2
extern const unsigned int published_charges_ns[PUBLISHED_CHARGES];

/* One figure of a table. */
struct published {
	const struct published_source *source;
	struct point point;
	keyset keys; /* those of the point that the table tells */
	char *series; /* mode and set-up, for people */
	double rate; /* pages per second of all vCPUs */
	double simulated[PUBLISHED_CHARGES]; /* the same simulated, 0 where it was not measured */
};

struct published_tables {
	struct published *rows;
	size_t count;
	char settings[128]; /* speed and quantum of all simulated points, "" without any */
};

/*
 * Reads all tables in ROOT/results/published. A file's columns are keys of points, and pages_per_s
 * of all vCPUs. An empty value is one that the set-up has none of. Of a set-up that stands twice
 * the first row counts. Returns 0, or -1 after error() that names file and line.
 */
int published_read(struct published_tables *tables, const char *root);

/*
 * Fills in the rates of ok records that measured the same as a row, on simulated CPUs.
 * Returns 0, or -1 after error() where those are not all of one speed and quantum.
 */
int published_match(struct published_tables *tables, const struct records *records);

/* Whether rows are of one table; figures of two architectures are two. And of one series of it. */
bool published_is_same_table(const struct published *a, const struct published *b);
bool published_is_same_series(const struct published *a, const struct published *b);

/* Drops rows that were not measured at every charge. Returns how many are left. */
size_t published_drop_unmeasured(struct published_tables *tables);

void published_free(struct published_tables *tables);

/* Of what is left, as text: each row, as rates and relative to the series' smallest vCPU count. */
void published_print(const struct published_tables *tables, FILE *out);

/*
 * Prints how many rows are near what was published, and with a charge: which are not, where
 * userfaultfds have their peak, and which series change places at a vCPU count.
 */
void published_print_summary(const struct published_tables *tables, FILE *out);

/* For gnuplot: a block for each series. */
void published_write_data(const struct published_tables *tables, FILE *out);

#endif
