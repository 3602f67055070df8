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
	number = index_of(phase_names, phase, strlen(phase));
	role = index_of(account_roles, line + at, strcspn(line + at, ";"));
	if (number < 0 || role < 0)
		return -1;
	last = strrchr(line + at, ';');
	kind = last ? index_of(account_kinds, last + 1, strlen(last + 1)) : 0;
	stack->phase = number;
	stack->role = role;
	stack->kind = kind < 0 ? KIND_RUNS : kind;
	stack->frames = xstrdup(line + at);
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

static int compare(const void *a, const void *b)
{
	const struct stack *x = a, *y = b;

	return x->phase != y->phase ? (int)x->phase - (int)y->phase :
				      compare_frames(x->frames, y->frames);
}

static int compare_without_phase(const void *a, const void *b)
{
	return compare_frames(((const struct stack *)a)->frames, ((const struct stack *)b)->frames);
}

/* Functions of one name that are several, and phases that do not matter, become one. */
static void merge(struct stacks *stacks, bool owns_frames,
		  int (*order)(const void *a, const void *b))
{
	size_t n = 0;

	if (stacks->n)
		qsort(stacks->v, stacks->n, sizeof(*stacks->v), order);
	for (size_t i = 0; i < stacks->n; i++) {
		if (n && !order(&stacks->v[n - 1], &stacks->v[i])) {
			stacks->v[n - 1].ns += stacks->v[i].ns;
			if (owns_frames)
				free(stacks->v[i].frames);
		} else {
			stacks->v[n++] = stacks->v[i];
		}
	}
	stacks->n = n;
}

static int read_lines(struct stacks *stacks, char *text)
{
	char *line, *rest = text;

	line = strsep(&rest, "\n");
	if (sscanf(line,
		   "profile window_ns=%" SCNu64
		   " cpus=%u vcpus=%u handlers=%u instructions=%" SCNu64,
		   &stacks->window_ns, &stacks->cpus, &stacks->vcpus, &stacks->handlers,
		   &stacks->instructions) != 5)
		return -1;
	while ((line = strsep(&rest, "\n"))) {
		if (!(stacks->n & (stacks->n - 1)))
			stacks->v = xreallocarray(stacks->v, stacks->n ? 2 * stacks->n : 1,
						  sizeof(*stacks->v));
		if (read_stack(&stacks->v[stacks->n], line))
			return -1;
		stacks->n++;
	}
	return 0;
}

static bool adds_up(const struct stacks *stacks)
{
	uint64_t cpus_ns = 0, threads_ns = 0, instructions = 0;

	for (size_t i = 0; i < stacks->n; i++) {
		const struct stack *s = &stacks->v[i];

		if (kind_is_on_cpu(s->kind))
			cpus_ns += s->ns;
		if (s->role == ROLE_VCPU || s->role == ROLE_HANDLER)
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
	char *text = file_read(path);
	int r;

	*stacks = (struct stacks){ 0 };
	if (!text) {
		return error(
			"there is no profile: the workload did not get from its start to its end (%s)",
			strerror(errno));
	}
	r = read_lines(stacks, text);
	free(text);
	if (r)
		error("cannot make sense of line %zu of the profile in %s", stacks->n + 1, path);
	else if (!adds_up(stacks))
		error("the profile in %s does not add up to the time of all CPUs and threads",
		      path);
	if (!r && adds_up(stacks)) {
		merge(stacks, true, compare);
		return 0;
	}
	stacks_free(stacks);
	return -1;
}

void stacks_free(struct stacks *stacks)
{
	for (size_t i = 0; i < stacks->n; i++)
		free(stacks->v[i].frames);
	free(stacks->v);
	*stacks = (struct stacks){ 0 };
}

struct stacks stacks_select(const struct stacks *all,
			    bool (*wanted)(const struct stack *stack, int arg), int arg)
{
	struct stacks chosen = *all;

	chosen.v = xcalloc(all->n + 1, sizeof(*chosen.v));
	chosen.n = 0;
	for (size_t i = 0; i < all->n; i++)
		if (wanted(&all->v[i], arg))
			chosen.v[chosen.n++] = all->v[i];
	merge(&chosen, false, compare_without_phase);
	return chosen;
}

void stacks_write(FILE *out, const struct stacks *stacks)
{
	for (size_t i = 0; i < stacks->n; i++)
		fprintf(out, "%s %" PRIu64 "\n", stacks->v[i].frames, stacks->v[i].ns);
}

uint64_t stacks_sum(const struct stacks *stacks)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < stacks->n; i++)
		sum += stacks->v[i].ns;
	return sum;
}
