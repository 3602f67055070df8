// SPDX-License-Identifier: GPL-2.0-only
#include "rows.h"

#include <stdlib.h>
#include <string.h>

#include "../base/util.h"

#define SHARE_MIN 0.01 /* of the whole, for a row of its own */

const char *const role_titles[] = {
	[ROLE_VCPU] = "vCPUs' threads", [ROLE_HANDLER] = "handlers' threads"
};

struct row *rows_row(struct rows *rows, enum role role, enum phase phase, const char *label)
{
	struct row *row;

	for (size_t i = 0; i < rows->n; i++) {
		row = &rows->v[i];
		if (row->role == role && row->phase == phase && !strcmp(row->label, label))
			return row;
	}
	rows->v = xreallocarray(rows->v, rows->n + 1, sizeof(*rows->v));
	row = &rows->v[rows->n++];
	*row = (struct row){ .role = role, .phase = phase, .label = xstrdup(label) };
	return row;
}

void rows_free(struct rows *rows)
{
	for (size_t i = 0; i < rows->n; i++)
		free(rows->v[i].label);
	free(rows->v);
}

static int compare_sizes(const void *a, const void *b, void *arg)
{
	uint64_t (*const *size)(const struct row *row) = arg;
	uint64_t of_a = (*size)(a), of_b = (*size)(b);

	if (of_a != of_b)
		return of_a < of_b ? 1 : -1;
	return strcmp(((const struct row *)a)->label, ((const struct row *)b)->label);
}

void rows_sort(struct rows *rows, uint64_t (*size)(const struct row *row))
{
	if (rows->n)
		qsort_r(rows->v, rows->n, sizeof(*rows->v), compare_sizes, &size);
}

void row_add_stack(struct row *row, const struct stack *stack, int side)
{
	row->ns[side][stack->kind] += stack->ns;
}

void row_add(struct row *sum, const struct row *more)
{
	for (int side = 0; side < ARCH_COUNT; side++)
		for (int kind = 0; kind < KIND_COUNT; kind++)
			sum->ns[side][kind] += more->ns[side][kind];
}

uint64_t row_ns(const struct row *row, int side)
{
	uint64_t sum = 0;

	for (int kind = 0; kind < KIND_COUNT; kind++)
		sum += row->ns[side][kind];
	return sum;
}

static uint64_t larger_side(const struct row *row)
{
	uint64_t a = row_ns(row, 0), b = row_ns(row, 1);

	return a > b ? a : b;
}

uint64_t row_difference(const struct row *row)
{
	return 2 * larger_side(row) - row_ns(row, 0) - row_ns(row, 1);
}

void profile_table_print_part(const struct profile_table *t, const char *title,
			      const struct rows *rows, const struct row *whole)
{
	const double least = SHARE_MIN * (double)larger_side(whole);
	struct row others = { 0 };
	size_t shown = 0, seen = 0;

	for (size_t i = 0; i < rows->n; i++) {
		const struct row *row = &rows->v[i];

		if (row->role != whole->role || row->phase != whole->phase)
			continue;
		if (!seen++)
			t->print_head(t, title);
		if (shown < t->rows_max && (double)row_difference(row) >= least) {
			t->print_row(t, row, whole, row->label);
			shown++;
		} else {
			row_add(&others, row);
		}
	}
	if (t->has_sums || larger_side(&others))
		t->print_row(t, &others, whole, "(others)");
	if (t->has_sums)
		t->print_row(t, whole, whole, "all");
}

static int compare_places(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	return x->phase != y->phase ? (int)x->phase - (int)y->phase : (int)x->role - (int)y->role;
}

/* "fetch, vCPUs' threads", and what follows. */
static const char *title_of(char title[64], const struct row *row, const char *more)
{
	snprintf(title, 64, "%s, %s%s",
		 row->phase == PHASE_NONE ? "between pages" : phase_names[row->phase],
		 role_titles[row->role], more);
	return title;
}

void profile_table_add(struct profile_table *t, const struct stack *stack, const char *function,
		       int side)
{
	row_add_stack(rows_row(&t->phases, stack->role, stack->phase, ""), stack, side);
	row_add_stack(rows_row(&t->functions, stack->role, stack->phase, function), stack, side);
}

void profile_table_print(struct profile_table *t)
{
	const struct row *v = t->phases.v;
	struct row all = { 0 };
	char title[64];

	if (t->phases.n)
		qsort(t->phases.v, t->phases.n, sizeof(*v), compare_places);
	rows_sort(&t->functions, row_difference);
	for (size_t i = 0; i < t->phases.n; i++)
		row_add(&all, &v[i]);
	t->print_head(t, "phase, threads");
	for (size_t i = 0; i < t->phases.n; i++)
		t->print_row(t, &v[i], &all, title_of(title, &v[i], ""));
	if (t->has_sums)
		t->print_row(t, &all, &all, "all");
	for (size_t i = 0; i < t->phases.n; i++)
		if (v[i].phase != PHASE_NONE)
			profile_table_print_part(t, title_of(title, &v[i], ": function"),
						 &t->functions, &v[i]);
}

void profile_table_free(struct profile_table *t)
{
	rows_free(&t->phases);
	rows_free(&t->functions);
}
