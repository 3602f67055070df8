/* SPDX-License-Identifier: GPL-2.0-only */
/* Names what the time of a stack went to. */
#ifndef FAULTLINE_LABEL_H
#define FAULTLINE_LABEL_H

#include "stacks.h"

struct label {
	char function[512]; /* if that waits for a lock, also who takes it and for whom */
	char lock[512]; /* the lock and the same, or empty */
};

struct label stack_label(const struct stack *stack);

/*
 * The group, in brackets, of a function that architectures have names of their own for, by what
 * it does; NULL for one that is compared by its own name.
 */
const char *function_group(const char *function);

#endif
