// SPDX-License-Identifier: GPL-2.0-only
/* The profiles of one point on both architectures, side by side: who spends more, and where. */
#include <stdlib.h>
#include <string.h>

#include "label.h"
#include "rows.h"
#include "../base/util.h"

#define MEMBERS_MIN 1.0 /* ns a page, for a group's function to be named */
#define LINE_MAX_CHARS 96
#define RATIO_MAX 99

static double instructions(const struct profile_table *t, const struct row *row, enum arch arch)
{
	return (double)row->ns[arch][KIND_RUNS] / t->pages;
}

static double ns(const struct profile_table *t, const struct row *row, enum arch arch)
{
	return (double)row_ns(row, arch) / t->pages / t->speed;
}

static void print_head(const struct profile_table *t, const char *title)
{
	const char *x = arch_names[ARCH_X86_64], *a = arch_names[ARCH_ARM64];

	fprintf(t->out, "\n  %29s  %30s\n  %9s%10s%10s  %10s%10s%10s%7s  %s\n",
		"instructions a page", "ns a page", x, a, "diff.", x, a, "diff.", "ratio", title);
}

static void print_row(const struct profile_table *t, const struct row *row, const struct row *whole,
		      const char *name)
{
	const double x = instructions(t, row, ARCH_X86_64), a = instructions(t, row, ARCH_ARM64);
	const double x_ns = ns(t, row, ARCH_X86_64), a_ns = ns(t, row, ARCH_ARM64);

	(void)whole;
	fprintf(t->out, "  %9.1f%10.1f%+10.1f  %10.1f%10.1f%+10.1f", x, a, a - x, x_ns, a_ns,
		a_ns - x_ns);
	if (!(x_ns > 0 && a_ns > 0))
		fprintf(t->out, "%7s  %s\n", "-", name);
	else if (a_ns > RATIO_MAX * x_ns)
		fprintf(t->out, "%7s  %s\n", ">99", name);
	else
		fprintf(t->out, "%7.2f  %s\n", a_ns / x_ns, name);
}

static bool is_member(const struct profile_table *t, const struct row *row, const char *group,
		      enum arch arch)
{
	const char *of = function_group(row->label);

	return of && !strcmp(of, group) && ns(t, row, arch) >= MEMBERS_MIN;
}

/* "  arm64: a 12.0, b 3.4": those of a group's functions that take something there. */
static void print_members(const struct profile_table *t, const struct rows *members,
			  const char *group, enum arch arch)
{
	int column = fprintf(t->out, "    %s:", arch_names[arch]);
	const char *separator = "";

	for (size_t i = 0; i < members->n; i++) {
		const struct row *row = &members->v[i];
		char *text;

		if (!is_member(t, row, group, arch))
			continue;
		text = xasprintf(" %s %.1f", row->label, instructions(t, row, arch));
		column += fprintf(t->out, "%s", separator);
		if (column + (int)strlen(text) > LINE_MAX_CHARS)
			column = fprintf(t->out, "\n     ");
		column += fprintf(t->out, "%s", text);
		separator = ",";
		free(text);
	}
	fprintf(t->out, "%s\n", *separator ? "" : " -");
}

static bool has_members(const struct profile_table *t, const struct rows *members,
			const char *group)
{
	for (size_t i = 0; i < members->n; i++)
		for (enum arch arch = 0; arch < ARCH_COUNT; arch++)
			if (is_member(t, &members->v[i], group, arch))
				return true;
	return false;
}

/* Whether no row before it has its label. */
static bool is_first(const struct rows *rows, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (!strcmp(rows->v[j].label, rows->v[i].label))
			return false;
	return true;
}

static void print_groups(const struct profile_table *t, const struct rows *members)
{
	const struct rows *functions = &t->functions;

	fprintf(t->out, "\n  In these groups, with their instructions a page in all phases:\n");
	for (size_t i = 0; i < functions->n; i++) {
		const char *name = functions->v[i].label;

		if (!is_first(functions, i) || !has_members(t, members, name))
			continue;
		fprintf(t->out, "  %s\n", name);
		for (enum arch arch = 0; arch < ARCH_COUNT; arch++)
			print_members(t, members, name, arch);
	}
}

/* Of both sides. */
static uint64_t all_ns(const struct row *row)
{
	return row_ns(row, ARCH_X86_64) + row_ns(row, ARCH_ARM64);
}

void profile_compare(FILE *out, const struct stacks *const stacks[ARCH_COUNT],
		     const struct point *p)
{
	struct profile_table t = {
		.out = out,
		.pages = (double)point_pages_total(p),
		.speed = p->speed,
		.rows_max = 15,
		.has_sums = true,
		.print_head = print_head,
		.print_row = print_row,
	};
	struct rows members = { 0 };

	for (enum arch arch = 0; arch < ARCH_COUNT; arch++) {
		for (size_t i = 0; i < stacks[arch]->n; i++) {
			const struct stack *s = &stacks[arch]->v[i];
			const struct label label = stack_label(s);
			const char *group = function_group(label.function);

			if (!role_has_pages(s->role))
				continue;
			profile_table_add(&t, s, group ? group : label.function, arch);
			row_add_stack(rows_row(&members, 0, 0, label.function), s, arch);
		}
	}
	rows_sort(&members, all_ns);
	fprintf(out,
		"\n  Where the architectures differ: time of vCPUs' and handlers' threads, a page; "
		"an instruction is\n  %.4g ns, ns are with all waiting, ratios %s / %s. Largest "
		"differences first.\n",
		1.0 / p->speed, arch_names[ARCH_ARM64], arch_names[ARCH_X86_64]);
	profile_table_print(&t);
	print_groups(&t, &members);
	profile_table_free(&t);
	rows_free(&members);
}
