/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Settings and states of a machine that spoil times on its own CPUs. Judged by the machine object
 * of run.json alone, see machine.h, so that a report needs not be made where the run was.
 */
#ifndef FAULTLINE_CONDITIONS_H
#define FAULTLINE_CONDITIONS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct condition {
	const char *name; /* for people */
	const char *
		member; /* of the machine object; "kvm.NAME": a parameter of one of KVM's modules */
	/* Words, with blanks between: it is a problem if the member has one of these ... */
	const char *bad;
	/* ... or, where there are any, one that is none of those; "" for any word at all. */
	const char *good;
	/* For what is no word: writes how it is. Returns whether that is a problem. */
	bool (*judge)(FILE *found, const json_t *value);
	const char *effect; /* of the problem, on a measurement */
	const char *remedy; /* the command, or what to do */
};

extern const struct condition conditions[];
extern const size_t conditions_count;

/*
 * Whether the machine has that problem. *found: how it is, which the caller frees; NULL where the
 * machine has nothing of the kind, or does not say.
 */
bool condition_is_problem(const struct condition *condition, const json_t *machine, char **found);

/* A sentence on each problem that the machine has: its name, how it is, what it does, what helps. */
void conditions_each(const json_t *machine, void (*say)(void *context, const char *text),
		     void *context);

#endif
