// SPDX-License-Identifier: GPL-2.0-only
#include "stacks.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "../base/file.h"
#include "../base/util.h"

bool kind_is_on_cpu(enum kind kind)
{
	return kind != KIND_ASLEEP && kind != KIND_RUNNABLE;
}

bool role_has_pages(enum role role)
{
	return role == ROLE_VCPU || role == ROLE_HANDLER;
}

/* Index of the word of length bytes in a list that ends with NULL, or -1. */
static int index_of(const char *const *list, const char *word, size_t length)
{
	for (int i = 0; list[i]; i++)
		if (strlen(list[i]) == length && !strncmp(list[i], word, length))
			return i;
	return -1;
}

/* "PHASE NS ROLE;FUNCTION;..." */
static int read_stack(struct stack *stack, const char *line)
{
	const char *last;
	char phase[16];
	int at = 0, kind, role, number;

	if (sscanf(line, "%15s %" SCNu64 " %n", phase, &stack->ns, &at) != 2 || !at)
		return -1;
	stack->frames = line + at;
	number = index_of(phase_names, phase, strlen(phase));
	role = index_of(account_roles, stack->frames, strcspn(stack->frames, ";"));
	if (number < 0 || role < 0)
		return -1;
	last = strrchr(stack->frames, ';');
	kind = last ? index_of(account_kinds, last + 1, strlen(last + 1)) : KIND_RUNS;
	stack->phase = number;
	stack->role = role;
	stack->kind = kind < 0 ? KIND_RUNS : kind;
	return 0;
}

/* Where a frame ends counts as less than any letter, so that what goes on follows at once. */
static int compare_frames(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return (*a == ';' ? 1 : (unsigned char)*a) - (*b == ';' ? 1 : (unsigned char)*b);
}

static int compare_stacks(const void *a, const void *b)
{
	const struct stack *x = a, *y = b;

	if (x->phase != y->phase)
		return (int)x->phase - (int)y->phase;
	return compare_frames(x->frames, y->frames);
}

/* Functions of one name that are several become one. */
static void merge(struct stacks *stacks)
{
	size_t n = 0;

	if (stacks->n)
		qsort(stacks->v, stacks->n, sizeof(*stacks->v), compare_stacks);
	for (size_t i = 0; i < stacks->n; i++) {
		if (n && !compare_stacks(&stacks->v[n - 1], &stacks->v[i]))
			stacks->v[n - 1].ns += stacks->v[i].ns;
		else
			stacks->v[n++] = stacks->v[i];
	}
	stacks->n = n;
}

/* Takes the text apart. Returns the number of a line that makes no sense, or 0. */
static size_t read_lines(struct stacks *stacks)
{
	char *rest = stacks->text, *line = strsep(&rest, "\n");
	size_t lines = 0;

	if (sscanf(line,
		   "profile window_ns=%" SCNu64
		   " cpus=%u vcpus=%u handlers=%u instructions=%" SCNu64,
		   &stacks->window_ns, &stacks->cpus, &stacks->vcpus, &stacks->handlers,
		   &stacks->instructions) != 5)
		return 1;
	for (const char *end = rest; end; end = strchr(end + 1, '\n'))
		lines++;
	stacks->v = xcalloc(lines + 1, sizeof(*stacks->v));
	while ((line = strsep(&rest, "\n")))
		if (read_stack(&stacks->v[stacks->n++], line))
			return stacks->n + 1;
	return 0;
}

static bool adds_up(const struct stacks *stacks)
{
	uint64_t cpus_ns = 0, threads_ns = 0, instructions = 0;

	for (size_t i = 0; i < stacks->n; i++) {
		const struct stack *s = &stacks->v[i];

		if (kind_is_on_cpu(s->kind))
			cpus_ns += s->ns;
		if (role_has_pages(s->role))
			threads_ns += s->ns;
		if (s->kind == KIND_RUNS)
			instructions += s->ns;
	}
	return cpus_ns == stacks->cpus * stacks->window_ns &&
	       threads_ns == (stacks->vcpus + stacks->handlers) * stacks->window_ns &&
	       instructions == stacks->instructions;
}

int stacks_read(struct stacks *stacks, const char *path)
{
	size_t line;

	*stacks = (struct stacks){ .text = file_read(path) };
	if (!stacks->text)
		return error("there is no profile: the workload did not get from its start to its "
			     "end (%s)",
			     strerror(errno));
	line = read_lines(stacks);
	if (line) {
		error("cannot make sense of line %zu of the profile in %s", line, path);
	} else if (!adds_up(stacks)) {
		error("the profile in %s does not add up to the time of all CPUs and threads",
		      path);
	} else {
		merge(stacks);
		return 0;
	}
	stacks_free(stacks);
	return -1;
}

void stacks_free(struct stacks *stacks)
{
	free(stacks->v);
	free(stacks->text);
	*stacks = (struct stacks){ 0 };
}

struct stacks stacks_select(const struct stacks *all, const struct selection *wanted)
{
	struct stacks chosen = *all;

	chosen.v = xcalloc(all->n + 1, sizeof(*chosen.v));
	chosen.n = 0;
	chosen.text = NULL;
	for (size_t i = 0; i < all->n; i++) {
		const struct stack *s = &all->v[i];

		if ((wanted->phase && s->phase != wanted->phase) ||
		    (wanted->is_of_cpus && !kind_is_on_cpu(s->kind)) ||
		    (wanted->is_of_pages && !role_has_pages(s->role)))
			continue;
		chosen.v[chosen.n] = *s;
		chosen.v[chosen.n++].phase = PHASE_NONE;
	}
	merge(&chosen);
	return chosen;
}

uint64_t stacks_sum(const struct stacks *stacks)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < stacks->n; i++)
		sum += stacks->v[i].ns;
	return sum;
}
