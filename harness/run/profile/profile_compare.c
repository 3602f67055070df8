// SPDX-License-Identifier: GPL-2.0-only
/* The profiles of one point on both architectures, side by side: who spends more, and where. */
#include <stdlib.h>
#include <string.h>

#include "function_groups.h"
#include "profile.h"
#include "../base/util.h"

#define ROWS_MAX 15 /* of a phase, the largest differences */
#define SHARE_MIN 0.01 /* of it, for a row */
#define MEMBERS_MIN 1.0 /* instructions or ns a page, for a group's function to be named */
#define LINE_MAX_CHARS 96
#define RATIO_MAX 99

struct figures {
	double instructions, ns; /* a page; the latter with all waiting, at the speed asked for */
};

/* A function or a group of them, in one phase of one kind of threads. */
struct row {
	enum role role;
	enum phase phase;
	char *name;
	struct figures of[ARCH_COUNT];
};

struct rows {
	struct row *v;
	size_t n;
};

static struct row *find_row(struct rows *rows, enum role role, enum phase phase, const char *name)
{
	struct row *row;

	for (size_t i = 0; i < rows->n; i++) {
		row = &rows->v[i];
		if (row->role == role && row->phase == phase && !strcmp(row->name, name))
			return row;
	}
	rows->v = xreallocarray(rows->v, rows->n + 1, sizeof(*rows->v));
	row = &rows->v[rows->n++];
	*row = (struct row){ .role = role, .phase = phase, .name = xstrdup(name) };
	return row;
}

static void add(struct rows *rows, enum role role, enum phase phase, const char *name,
		enum arch arch, const struct figures *more)
{
	struct figures *sum = &find_row(rows, role, phase, name)->of[arch];

	sum->instructions += more->instructions;
	sum->ns += more->ns;
}

static void add_row(struct row *sum, const struct row *more)
{
	for (enum arch arch = 0; arch < ARCH_COUNT; arch++) {
		sum->of[arch].instructions += more->of[arch].instructions;
		sum->of[arch].ns += more->of[arch].ns;
	}
}

static double difference(const struct row *row)
{
	double ns = row->of[ARCH_ARM64].ns - row->of[ARCH_X86_64].ns;

	return ns < 0 ? -ns : ns;
}

static int compare_rows(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	if (difference(x) != difference(y))
		return difference(x) < difference(y) ? 1 : -1;
	return strcmp(x->name, y->name);
}

/* Whatever takes most, on either. */
static int compare_sizes(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	double of_x = x->of[ARCH_X86_64].ns + x->of[ARCH_ARM64].ns;
	double of_y = y->of[ARCH_X86_64].ns + y->of[ARCH_ARM64].ns;

	if (of_x != of_y)
		return of_x < of_y ? 1 : -1;
	return strcmp(x->name, y->name);
}

static void sort_rows(struct rows *rows, int (*compare)(const void *, const void *))
{
	if (rows->n)
		qsort(rows->v, rows->n, sizeof(*rows->v), compare);
}

static void free_rows(struct rows *rows)
{
	for (size_t i = 0; i < rows->n; i++)
		free(rows->v[i].name);
	free(rows->v);
}

static void print_row(FILE *out, const struct row *row, const char *name)
{
	const struct figures *x = &row->of[ARCH_X86_64], *a = &row->of[ARCH_ARM64];

	fprintf(out, "  %9.1f%10.1f%+10.1f  %10.1f%10.1f%+10.1f", x->instructions, a->instructions,
		a->instructions - x->instructions, x->ns, a->ns, a->ns - x->ns);
	if (!(x->ns > 0 && a->ns > 0))
		fprintf(out, "%7s  %s\n", "-", name);
	else if (a->ns > RATIO_MAX * x->ns)
		fprintf(out, "%7s  %s\n", ">99", name);
	else
		fprintf(out, "%7.2f  %s\n", a->ns / x->ns, name);
}

static void print_head(FILE *out, const char *title)
{
	fprintf(out, "\n  %29s  %30s\n  %9s%10s%10s  %10s%10s%10s%7s  %s\n", "instructions a page",
		"ns a page", arch_names[ARCH_X86_64], arch_names[ARCH_ARM64], "diff.",
		arch_names[ARCH_X86_64], arch_names[ARCH_ARM64], "diff.", "ratio", title);
}

static const char *const titles[] = {
	[ROLE_VCPU] = "vCPUs' threads", [ROLE_HANDLER] = "handlers' threads"
};

static const struct row *phase_row(const struct rows *phases, enum role role, enum phase phase)
{
	for (size_t i = 0; i < phases->n; i++)
		if (phases->v[i].role == role && phases->v[i].phase == phase)
			return &phases->v[i];
	return NULL;
}

static void print_phases(FILE *out, const struct rows *phases)
{
	struct row all = { 0 };

	print_head(out, "phase, threads");
	for (enum phase phase = 0; phase < PHASE_COUNT; phase++) {
		for (enum role role = ROLE_VCPU; role <= ROLE_HANDLER; role++) {
			const struct row *row = phase_row(phases, role, phase);
			char name[64];

			if (!row)
				continue;
			snprintf(name, sizeof(name), "%s, %s",
				 phase ? phase_names[phase] : "between pages", titles[role]);
			print_row(out, row, name);
			add_row(&all, row);
		}
	}
	print_row(out, &all, "all");
}

/* Whether a row of a phase is worth a line, by its difference. */
static bool is_worth_it(const struct row *row, const struct row *whole)
{
	double ns = whole->of[ARCH_X86_64].ns > whole->of[ARCH_ARM64].ns ?
			    whole->of[ARCH_X86_64].ns :
			    whole->of[ARCH_ARM64].ns;

	return difference(row) >= SHARE_MIN * ns;
}

/* The largest differences first; the rest is one row together. */
static void print_functions(FILE *out, const struct rows *functions, const struct row *whole)
{
	struct row others = { 0 };
	char title[64];
	size_t shown = 0;

	snprintf(title, sizeof(title), "%s, %s: function", phase_names[whole->phase],
		 titles[whole->role]);
	print_head(out, title);
	for (size_t i = 0; i < functions->n; i++) {
		const struct row *row = &functions->v[i];

		if (row->role != whole->role || row->phase != whole->phase)
			continue;
		if (shown < ROWS_MAX && is_worth_it(row, whole)) {
			print_row(out, row, row->name);
			shown++;
		} else {
			add_row(&others, row);
		}
	}
	print_row(out, &others, "(others)");
	print_row(out, whole, "all");
}

static bool is_member(const struct row *row, const char *group, enum arch arch)
{
	const char *of = function_group(row->name);

	return of && !strcmp(of, group) && row->of[arch].ns >= MEMBERS_MIN;
}

/* "  arm64: a 12.0, b 3.4": those of a group's functions that take something there. */
static void print_members(FILE *out, const struct rows *members, const char *group, enum arch arch)
{
	int column = fprintf(out, "    %s:", arch_names[arch]);
	const char *separator = "";

	for (size_t i = 0; i < members->n; i++) {
		const struct row *row = &members->v[i];
		char text[PROFILE_LABEL_SIZE + 32];

		if (!is_member(row, group, arch))
			continue;
		snprintf(text, sizeof(text), " %s %.1f", row->name, row->of[arch].instructions);
		column += fprintf(out, "%s", separator);
		if (column + (int)strlen(text) > LINE_MAX_CHARS)
			column = fprintf(out, "\n     ");
		column += fprintf(out, "%s", text);
		separator = ",";
	}
	fprintf(out, "%s\n", *separator ? "" : " -");
}

static bool has_members(const struct rows *members, const char *group)
{
	for (size_t i = 0; i < members->n; i++)
		for (enum arch arch = 0; arch < ARCH_COUNT; arch++)
			if (is_member(&members->v[i], group, arch))
				return true;
	return false;
}

static void print_groups(FILE *out, const struct rows *functions, const struct rows *members)
{
	struct rows seen = { 0 };

	fprintf(out, "\n  In these groups, with their instructions a page in all phases:\n");
	for (size_t i = 0; i < functions->n; i++) {
		const char *name = functions->v[i].name;
		size_t before = seen.n;

		if (!has_members(members, name))
			continue;
		find_row(&seen, 0, 0, name);
		if (seen.n == before)
			continue;
		fprintf(out, "  %s\n", name);
		for (enum arch arch = 0; arch < ARCH_COUNT; arch++)
			print_members(out, members, name, arch);
	}
	free_rows(&seen);
}

void profile_compare(FILE *out, const struct stacks *const stacks[ARCH_COUNT],
		     const struct point *p)
{
	const double pages = (double)point_pages_total(p);
	struct rows phases = { 0 }, functions = { 0 }, members = { 0 };
	char text[PROFILE_LABEL_SIZE], lock[PROFILE_LABEL_SIZE];

	for (enum arch arch = 0; arch < ARCH_COUNT; arch++) {
		for (size_t i = 0; i < stacks[arch]->n; i++) {
			const struct stack *s = &stacks[arch]->v[i];
			struct figures more = { s->kind == KIND_RUNS ? (double)s->ns / pages : 0,
						(double)s->ns / pages / p->speed };
			const char *group;

			if (s->role != ROLE_VCPU && s->role != ROLE_HANDLER)
				continue;
			profile_label(s, text, lock);
			group = function_group(text);
			add(&phases, s->role, s->phase, "", arch, &more);
			add(&functions, s->role, s->phase, group ? group : text, arch, &more);
			add(&members, 0, 0, text, arch, &more);
		}
	}
	sort_rows(&functions, compare_rows);
	sort_rows(&members, compare_sizes);
	fprintf(out,
		"\n  Where the architectures differ: time of vCPUs' and handlers' threads, a page; an "
		"instruction is\n  %.4g ns, ns are with all waiting, ratios %s / %s. Largest "
		"differences first.\n",
		1.0 / p->speed, arch_names[ARCH_ARM64], arch_names[ARCH_X86_64]);
	print_phases(out, &phases);
	for (enum phase phase = PHASE_DELIVERY; phase < PHASE_COUNT; phase++) {
		for (enum role role = ROLE_VCPU; role <= ROLE_HANDLER; role++) {
			const struct row *whole = phase_row(&phases, role, phase);

			if (whole)
				print_functions(out, &functions, whole);
		}
	}
	print_groups(out, &functions, &members);
	free_rows(&phases);
	free_rows(&functions);
	free_rows(&members);
}
