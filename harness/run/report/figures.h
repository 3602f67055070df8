/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The figures that records hold, in one table: what prints or plots figures goes through it.
 * To add a column: a row of figures[].
 */
#ifndef FAULTLINE_FIGURES_H
#define FAULTLINE_FIGURES_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "spread.h"

enum figure_kind {
	FIGURE_COUNT, /* shown where there are no times */
	FIGURE_NUMBER, /* shown with and without */
	FIGURE_RATE, /* pages per second */
	FIGURE_TIME, /* recorded in ns, shown in us */
};

struct figure {
	const char *name; /* of its column, in tables and in plots' data */
	const char
		*over; /* heading that it shares with its neighbours, without unit; "" for none */
	const char *about; /* after its value: "12 of these"; NULL where distributions are shown */
	enum figure_kind kind;
	const char *phase; /* the distribution of latency_ns that it is of; NULL: of the point */
	const char *member; /* its name in the record */
	bool beside; /* also where two architectures stand side by side */
	unsigned int bench; /* that has it */
	const char
		*within; /* the member of the record that has this one; NULL: the record itself */
};

extern const struct figure figures[];
extern const size_t figures_count;

/* By which series of faults are compared: pages per second, from the first start to the last end. */
#define FIGURE_COMPARED (&figures[0])

/* By which those of any benchmark are: the first of its rows. */
const struct figure *figure_compared(unsigned int bench);

/* The first row of that name, which must be there. */
const struct figure *figure_named(const char *name);

/* The figure of one record: a time in us, else as recorded. Returns false where there is none. */
bool figure_read(const struct figure *figure, const json_t *record, double *value);

/*
 * The same of each of its draws or rounds, where it has such and they have it; added to *values,
 * which the caller frees, and *count.
 */
bool figure_read_all(const struct figure *figure, const json_t *record, double **values,
		     size_t *count);

/* Of a native record, which is a block, the median over its rounds. Returns false where it is unknown. */
bool figure_read_block(const struct figure *figure, const json_t *record, double *value);

/* Figures that stand side by side in a table. */
struct columns {
	unsigned int bench; /* whose figures */
	bool (*shows)(const struct figure *figure);
	bool in_ns; /* times in ns, with a decimal, instead of us */
	int gap; /* after the first one, for its spread and for marks */
	const char *gap_head; /* right-aligned over that */
};

/* Whether a figure is one of these. */
bool columns_show(const struct columns *columns, const struct figure *figure);

/* How many characters wide a column is, with the blank before it. */
int column_width(const struct columns *columns, const struct figure *figure);

/*
 * Prints two lines of headings, after left, which stands before them in the last one; the first
 * is left out where no figure has a heading for its like.
 */
void columns_print_head(FILE *out, const struct columns *columns, const char *left);

/* Prints the value into its column, or "-" where it is not known. */
void column_print(FILE *out, const struct columns *columns, const struct figure *figure,
		  const struct spread *value);

#endif
