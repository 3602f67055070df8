// SPDX-License-Identifier: GPL-2.0-only
/* The table of a profile: for each phase and kind of thread what it did, then the locks. */
#include <stdlib.h>
#include <string.h>

#include "profile.h"
#include "../base/util.h"

#define ROWS_MAX 10 /* of a phase, the largest */
#define SHARE_MIN 0.01 /* of it, for a row */
#define FRAMES_MAX 128
#define LOCK_PREFIX "lock_" /* of a lock in a stack, followed by its address */

struct row {
	enum role role;
	enum phase phase;
	char *label; /* a function; of a lock's also who takes it, and for whom */
	uint64_t ns[KIND_COUNT], sum_ns;
};

struct rows {
	struct row *v;
	size_t n;
};

struct scale {
	double pages, speed; /* instructions in a ns */
};

static bool has_prefix(const char *name, const char *const *prefixes)
{
	for (; *prefixes; prefixes++)
		if (!strncmp(name, *prefixes, strlen(*prefixes)))
			return true;
	return false;
}

/* What is between a wait for a lock and the function which wants it. */
static bool is_lock_function(const char *name)
{
	static const char *const prefixes[] = { "queued_",  "_raw_",  "down_read", "down_write",
						"__down_",  "mutex_", "__mutex_",  "rwsem_",
						"__rwsem_", NULL };

	return has_prefix(name, prefixes);
}

/* What every thread without a CPU is in. */
static bool is_scheduling(const char *name)
{
	static const char *const prefixes[] = { "__schedule",  "schedule",	 "preempt_schedule",
						"__switch_to", "__cond_resched", NULL };

	return has_prefix(name, prefixes);
}

/* The stack's functions, from the role on. Returns how many; *copy is what they point to. */
static size_t split(const struct stack *stack, char **copy, char **frames)
{
	char *rest = *copy = xstrdup(stack->frames);
	size_t n = 0;

	while (rest && n < FRAMES_MAX)
		frames[n++] = strsep(&rest, ";");
	return n;
}

void profile_label(const struct stack *stack, char *function, char *lock)
{
	char *copy, *frames[FRAMES_MAX];
	size_t innermost = split(stack, &copy, frames) - 1, taker;
	const char *address = NULL;

	*lock = '\0';
	if (stack->kind != KIND_RUNS && innermost)
		innermost--;
	while (!kind_is_on_cpu(stack->kind) && innermost && is_scheduling(frames[innermost]))
		innermost--;
	if (!strncmp(frames[innermost], LOCK_PREFIX, strlen(LOCK_PREFIX)) && innermost > 2)
		address = frames[innermost--] + strlen(LOCK_PREFIX);
	snprintf(function, PROFILE_LABEL_SIZE, "%s", frames[innermost]);
	if (address) {
		for (taker = innermost; taker > 1 && is_lock_function(frames[taker]);)
			taker--;
		snprintf(function, PROFILE_LABEL_SIZE, "%s < %s < %s", frames[innermost],
			 frames[taker], frames[taker - 1]);
		snprintf(lock, PROFILE_LABEL_SIZE, "lock %s < %s < %s", address, frames[taker],
			 frames[taker - 1]);
	}
	free(copy);
}

/* by_phase: rows of different phases are different rows. */
static struct row *find_row(struct rows *rows, const struct stack *stack, const char *text,
			    bool by_phase)
{
	struct row *row;

	for (size_t i = 0; i < rows->n; i++) {
		row = &rows->v[i];
		if (row->role == stack->role && (!by_phase || row->phase == stack->phase) &&
		    !strcmp(row->label, text))
			return row;
	}
	rows->v = xreallocarray(rows->v, rows->n + 1, sizeof(*rows->v));
	row = &rows->v[rows->n++];
	*row = (struct row){ .role = stack->role, .phase = stack->phase, .label = xstrdup(text) };
	return row;
}

static void add_stack(struct rows *rows, const struct stack *stack, const char *text, bool by_phase)
{
	struct row *row = find_row(rows, stack, text, by_phase);

	row->ns[stack->kind] += stack->ns;
	row->sum_ns += stack->ns;
}

static int compare_rows(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	if (x->sum_ns != y->sum_ns)
		return x->sum_ns < y->sum_ns ? 1 : -1;
	return strcmp(x->label, y->label);
}

static void sort_rows(struct rows *rows)
{
	if (rows->n)
		qsort(rows->v, rows->n, sizeof(*rows->v), compare_rows);
}

static void free_rows(struct rows *rows)
{
	for (size_t i = 0; i < rows->n; i++)
		free(rows->v[i].label);
	free(rows->v);
}

static void print_row(FILE *out, const struct row *row, const struct scale *s, uint64_t of_ns,
		      const char *name)
{
	static const enum kind kinds[] = { KIND_RUNS, KIND_SPINS, KIND_STALLED, KIND_ASLEEP,
					   KIND_RUNNABLE };

	fprintf(out, "  %11.1f", (double)row->ns[KIND_RUNS] / s->pages);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		fprintf(out, "%11.1f", (double)row->ns[kinds[i]] / s->pages / s->speed);
	fprintf(out, "%11.1f%6.1f%%  %s\n", (double)row->sum_ns / s->pages / s->speed,
		of_ns ? 100.0 * (double)row->sum_ns / (double)of_ns : 0.0, name);
}

static void print_head(FILE *out, const char *title)
{
	fprintf(out, "\n  %11s%11s%11s%11s%11s%11s%11s%7s  %s\n", "instr/page", "runs", "spins",
		"stalled", "asleep", "runnable", "all ns", "share", title);
}

/* Largest first; what is too small for a row of its own is one together. */
static void print_rows(FILE *out, const struct rows *rows, const struct scale *s, uint64_t of_ns,
		       bool (*wanted)(const struct row *row, const struct row *like),
		       const struct row *like)
{
	struct row others = { 0 };
	size_t shown = 0;

	for (size_t i = 0; i < rows->n; i++) {
		const struct row *row = &rows->v[i];

		if (!wanted(row, like))
			continue;
		if (shown < ROWS_MAX && (double)row->sum_ns >= SHARE_MIN * (double)of_ns) {
			print_row(out, row, s, of_ns, row->label);
			shown++;
			continue;
		}
		for (int kind = 0; kind < KIND_COUNT; kind++)
			others.ns[kind] += row->ns[kind];
		others.sum_ns += row->sum_ns;
	}
	if (others.sum_ns)
		print_row(out, &others, s, of_ns, "(others)");
}

static bool is_like(const struct row *row, const struct row *like)
{
	return row->role == like->role && row->phase == like->phase;
}

static bool is_of_role(const struct row *row, const struct row *like)
{
	return row->role == like->role;
}

/* The threads' names in titles. */
static const char *const titles[] = {
	[ROLE_VCPU] = "vCPUs' threads", [ROLE_HANDLER] = "handlers' threads"
};

static void print_phases(FILE *out, const struct rows *phases, const struct scale *s,
			 uint64_t of_ns)
{
	print_head(out, "phase, threads");
	for (enum phase phase = 0; phase < PHASE_COUNT; phase++) {
		for (enum role role = ROLE_VCPU; role <= ROLE_HANDLER; role++) {
			for (size_t i = 0; i < phases->n; i++) {
				const struct row *row = &phases->v[i];
				char name[64];

				if (row->phase != phase || row->role != role)
					continue;
				snprintf(name, sizeof(name), "%s, %s",
					 phase ? phase_names[phase] : "between pages",
					 titles[role]);
				print_row(out, row, s, of_ns, name);
			}
		}
	}
}

static void print_functions(FILE *out, const struct rows *functions, const struct rows *phases,
			    const struct scale *s)
{
	for (enum phase phase = PHASE_DELIVERY; phase < PHASE_COUNT; phase++) {
		for (enum role role = ROLE_VCPU; role <= ROLE_HANDLER; role++) {
			for (size_t i = 0; i < phases->n; i++) {
				const struct row *row = &phases->v[i];
				char title[64];

				if (row->phase != phase || row->role != role)
					continue;
				snprintf(title, sizeof(title), "%s, %s: function",
					 phase_names[phase], titles[role]);
				print_head(out, title);
				print_rows(out, functions, s, row->sum_ns, is_like, row);
			}
		}
	}
}

static void print_locks(FILE *out, const struct rows *locks, const struct scale *s,
			const uint64_t *of_ns)
{
	for (enum role role = ROLE_VCPU; role <= ROLE_HANDLER; role++) {
		const struct row like = { .role = role };
		char title[64];
		bool any = false;

		for (size_t i = 0; i < locks->n; i++)
			any |= is_of_role(&locks->v[i], &like);
		if (!any)
			continue;
		snprintf(title, sizeof(title), "locks waited for, %s: lock < taker < caller",
			 titles[role]);
		print_head(out, title);
		print_rows(out, locks, s, of_ns[role], is_of_role, &like);
	}
}

void profile_print(FILE *out, const struct stacks *stacks, const struct point *p)
{
	const struct scale s = { (double)point_pages_total(p), p->speed };
	struct rows phases = { 0 }, functions = { 0 }, locks = { 0 };
	uint64_t of_ns[ROLE_COUNT] = { 0 }, all_ns = 0;
	char text[PROFILE_LABEL_SIZE], lock[PROFILE_LABEL_SIZE];

	for (size_t i = 0; i < stacks->n; i++) {
		const struct stack *stack = &stacks->v[i];

		if (stack->role != ROLE_VCPU && stack->role != ROLE_HANDLER)
			continue;
		of_ns[stack->role] += stack->ns;
		all_ns += stack->ns;
		add_stack(&phases, stack, "", true);
		profile_label(stack, text, lock);
		if (*lock)
			add_stack(&locks, stack, lock, false);
		add_stack(&functions, stack, text, true);
	}
	sort_rows(&functions);
	sort_rows(&locks);

	fprintf(out,
		"\n  Where the time goes: time of %u threads of vCPUs and %u of handlers from the "
		"workload's\n  start to its end (%.1f us), in ns a page; an instruction is %.4g ns\n",
		stacks->vcpus, stacks->handlers, (double)stacks->window_ns / s.speed / 1000,
		1 / s.speed);
	print_phases(out, &phases, &s, all_ns);
	print_functions(out, &functions, &phases, &s);
	print_locks(out, &locks, &s, of_ns);
	free_rows(&phases);
	free_rows(&functions);
	free_rows(&locks);
}
