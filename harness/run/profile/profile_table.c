// SPDX-License-Identifier: GPL-2.0-only
/* The table of a profile: for each phase and kind of threads what it did, then the locks. */
#include "label.h"
#include "rows.h"

static void print_head(const struct profile_table *t, const char *title)
{
	fprintf(t->out, "\n  %11s%11s%11s%11s%11s%11s%11s%7s  %s\n", "instr/page", "runs", "spins",
		"stalled", "asleep", "runnable", "all ns", "share", title);
}

static void print_row(const struct profile_table *t, const struct row *row, const struct row *whole,
		      const char *name)
{
	static const enum kind kinds[] = { KIND_RUNS, KIND_SPINS, KIND_STALLED, KIND_ASLEEP,
					   KIND_RUNNABLE };
	const double ns = (double)row_ns(row, 0), of_ns = (double)row_ns(whole, 0);

	fprintf(t->out, "  %11.1f", (double)row->ns[0][KIND_RUNS] / t->pages);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		fprintf(t->out, "%11.1f", (double)row->ns[0][kinds[i]] / t->pages / t->speed);
	fprintf(t->out, "%11.1f%6.1f%%  %s\n", ns / t->pages / t->speed,
		of_ns > 0 ? 100.0 * ns / of_ns : 0.0, name);
}

void profile_print(FILE *out, const struct stacks *stacks, const struct point *p)
{
	struct profile_table t = {
		.out = out,
		.pages = (double)point_pages_total(p),
		.speed = p->speed,
		.rows_max = 10,
		.print_head = print_head,
		.print_row = print_row,
	};
	struct rows locks = { 0 };
	struct row all[ROLE_COUNT] = { 0 };

	for (size_t i = 0; i < stacks->n; i++) {
		const struct stack *s = &stacks->v[i];
		const struct label label = stack_label(s);

		if (!role_has_pages(s->role))
			continue;
		row_add_stack(&all[s->role], s, 0);
		profile_table_add(&t, s, label.function, 0);
		if (*label.lock)
			row_add_stack(rows_row(&locks, s->role, PHASE_NONE, label.lock), s, 0);
	}
	fprintf(out,
		"\n  Where the time goes: time of %u threads of vCPUs and %u of handlers from the "
		"workload's\n  start to its end (%.1f us), in ns a page; an instruction is "
		"%.4g ns\n",
		stacks->vcpus, stacks->handlers, (double)stacks->window_ns / t.speed / 1000,
		1 / t.speed);
	profile_table_print(&t);
	rows_sort(&locks, row_difference);
	for (enum role role = ROLE_VCPU; role <= ROLE_HANDLER; role++) {
		char title[64];

		all[role].role = role;
		snprintf(title, sizeof(title), "locks waited for, %s: lock < taker < caller",
			 role_titles[role]);
		profile_table_print_part(&t, title, &locks, &all[role]);
	}
	profile_table_free(&t);
	rows_free(&locks);
}
