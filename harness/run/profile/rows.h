/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the tables of profiles are made of: time by threads, phase and function, of one profile
 * or of two side by side.
 */
#ifndef FAULTLINE_ROWS_H
#define FAULTLINE_ROWS_H

#include "../../keys.h"
#include "stacks.h"

struct row {
	enum role role; /* of the threads */
	enum phase phase;
	char *label; /* a function, say; "" for all of the phase */
	uint64_t ns[ARCH_COUNT][KIND_COUNT]; /* by side; of one profile only the first */
};

struct rows {
	struct row *v;
	size_t n;
};

/* The row of these threads, phase and label, which is added where there is none. */
struct row *rows_row(struct rows *rows, enum role role, enum phase phase, const char *label);

/* Largest first, or by label where they are the same. */
void rows_sort(struct rows *rows, uint64_t (*size)(const struct row *row));

void rows_free(struct rows *rows);

/* Adds a stack's time on a side, or all of another row. */
void row_add_stack(struct row *row, const struct stack *stack, int side);
void row_add(struct row *sum, const struct row *more);

/* All time on a side. */
uint64_t row_ns(const struct row *row, int side);

/* How far the sides are apart; of one profile, all its time. */
uint64_t row_difference(const struct row *row);

/* What a table shows, and how. */
struct profile_table {
	struct rows phases, functions; /* those without labels */
	FILE *out;
	double pages, speed; /* of the point; the latter in instructions a ns */
	size_t rows_max; /* of a phase, the largest */
	bool has_sums; /* a row for the others even when there are none, and one for all */
	void (*print_head)(const struct profile_table *t, const char *title);
	/* A row, which is a part of the whole. */
	void (*print_row)(const struct profile_table *t, const struct row *row,
			  const struct row *whole, const char *name);
};

/* Adds a stack's time to its phase, and to the function that its time goes to. */
void profile_table_add(struct profile_table *t, const struct stack *stack, const char *function,
		       int side);

/* Sorts and prints the phases, then each one's functions, the largest differences first. */
void profile_table_print(struct profile_table *t);

/* Prints those of sorted rows that have the whole's threads and phase, where there are any. */
void profile_table_print_part(const struct profile_table *t, const char *title,
			      const struct rows *rows, const struct row *whole);

void profile_table_free(struct profile_table *t);

/* Prints the table of one profile: per page, in ns and instructions. */
void profile_print(FILE *out, const struct stacks *stacks, const struct point *p);

/* Prints the profiles of a point on both architectures side by side; p is of either. */
void profile_compare(FILE *out, const struct stacks *const stacks[ARCH_COUNT],
		     const struct point *p);

/* Of threads, for titles. */
extern const char *const role_titles[];

#endif
