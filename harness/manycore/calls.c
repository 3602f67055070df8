// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stacks are followed by the stack pointer: a function is entered when a block starts at its first
 * instruction, and has returned when the stack pointer is above where it was then. That
 * holds across exceptions, which only go deeper, and needs no agreement of calls with
 * returns, which indirect branch thunks do not keep to. Interrupts run on a stack of
 * their own, on top of what they interrupt. Calls of arm64 do not move the stack pointer: a
 * function has returned when its caller runs with the stack pointer that the function began with.
 */
#include "calls.h"

#include <string.h>

static bool is_on_stack(const struct calls *s, uint64_t stack_pointer, unsigned int i)
{
	return s->frames[i].stack_pointer >> s->shift == stack_pointer >> s->shift;
}

/* Drops the functions that have returned. */
static void unwind(struct calls *s, uint64_t stack_pointer)
{
	unsigned int i;

	if (s->depth && !is_on_stack(s, stack_pointer, s->depth - 1)) {
		for (i = s->depth; i && !is_on_stack(s, stack_pointer, i - 1); i--)
			;
		if (!i)
			return; /* a stack on top of the others */
		s->depth = i;
	}
	while (s->depth && is_on_stack(s, stack_pointer, s->depth - 1) &&
	       s->frames[s->depth - 1].stack_pointer < stack_pointer)
		s->depth--;
}

/* Drops the functions that have returned to f, which runs with the stack pointer they began with. */
static void unwind_to(struct calls *s, const struct function *f, uint64_t stack_pointer)
{
	unsigned int i = s->depth;

	while (i && s->frames[i - 1].stack_pointer == stack_pointer &&
	       strcmp(s->frames[i - 1].function->name, f->name))
		i--;
	if (i && is_on_stack(s, stack_pointer, i - 1) &&
	    !strcmp(s->frames[i - 1].function->name, f->name))
		s->depth = i;
}

int calls_enter(struct calls *s, struct node *parent, const struct function *f, bool is_entry,
		uint64_t stack_pointer)
{
	struct frame *top;

	unwind(s, stack_pointer);
	if (!is_entry)
		unwind_to(s, f, stack_pointer);
	top = s->depth ? &s->frames[s->depth - 1] : NULL;
	/* Jumped to instead of called, at the end of a function; or a loop to its start. */
	if (top && is_entry && !f->is_part && top->stack_pointer == stack_pointer) {
		s->depth--;
		top = s->depth ? &s->frames[s->depth - 1] : NULL;
	} else if (top && (f->is_part || !is_entry) && !strcmp(top->function->name, f->name)) {
		return 0;
	}
	if (s->depth == CALLS_MAX)
		return 0;
	s->frames[s->depth] = (struct frame){
		.function = f,
		.stack_pointer = stack_pointer,
		.node = account_call(top ? top->node : parent, f->name),
	};
	if (!s->frames[s->depth].node)
		return -1;
	s->depth++;
	return 1;
}

struct node *calls_node(const struct calls *s, struct node *parent)
{
	return s->depth ? s->frames[s->depth - 1].node : parent;
}
