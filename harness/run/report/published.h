/* SPDX-License-Identifier: GPL-2.0-only */
/* Published tables (results/published/) and what simulated points say to the same. */
#ifndef FAULTLINE_PUBLISHED_H
#define FAULTLINE_PUBLISHED_H

#include <jansson.h>
#include <stdio.h>

#include "../../keys.h"
#include "../base/util.h"

#define PUBLISHED_ENDS 2 /* coherence charges that simulated points are taken at */

/* One figure of a table. */
struct published {
	const char *table; /* the file, and the sweep that measures the same */
	enum arch arch;
	char *series; /* mode and set-up, for people */
	char mode[24], backing[8];
	unsigned int vcpus;
	unsigned int uffds, readers; /* 0: the mode has none */
	double rate; /* pages per second of all vCPUs */
	double simulated[PUBLISHED_ENDS]; /* the same simulated, 0 where it was not measured */
};

struct published_tables {
	struct published *rows;
	size_t count;
};

/* The charges, in ns: none, and that of a large machine. */
extern const unsigned int published_coherence_ns[PUBLISHED_ENDS];

/*
 * Reads the figures of both tables in ROOT/results/published. Returns 0, or -1
 * after error() that names file and line.
 */
int published_read(struct published_tables *tables, const char *root);

/* Fills in rates of the ok records (an array) that measured the same as a row, on simulated CPUs. */
void published_match(struct published_tables *tables, const json_t *records);

/* How many rows have been measured, at both charges. */
size_t published_measured(const struct published_tables *tables);

bool published_is_measured(const struct published *row);

/* Whether two rows are of one table and one architecture. */
bool published_is_same_table(const struct published *a, const struct published *b);

/* And of one series of it. */
bool published_is_same_series(const struct published *a, const struct published *b);

/* The row of the same series with the smallest vCPU count that was measured. */
const struct published *published_first(const struct published_tables *tables,
					const struct published *row);

/*
 * Prints every row that was measured, as rates and relative to the series' smallest
 * vCPU count, and the summary.
 */
void published_print(const struct published_tables *tables, FILE *out);

/*
 * Prints how many rows are near what was published, and with a charge: which are not, where
 * userfaultfds have their peak, and which series change places at a vCPU count.
 */
void published_print_summary(const struct published_tables *tables, FILE *out);

/* Writes for gnuplot a block for each series that was measured. */
void published_write_data(const struct published_tables *tables, FILE *out);

void published_free(struct published_tables *tables);

#endif
