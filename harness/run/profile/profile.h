/* SPDX-License-Identifier: GPL-2.0-only */
/* Where the time of a simulated point goes: a table, and a folder with flame graphs and their data. */
#ifndef FAULTLINE_PROFILE_H
#define FAULTLINE_PROFILE_H

#include "../../keys.h"
#include "../host/setup.h"
#include "stacks.h"

/* Whether such a point can be profiled at all, as far as its keys tell. Returns 0, or -1 after error(). */
int profile_check_keys(const struct point *p);

/*
 * Whether the point, whose tier is known, can be profiled. Returns 0, or -1 after error().
 */
int profile_check(const struct setup *setup, const struct point *p);

/* Whether a profile can go to dir, which must not be there. Returns 0, or -1 after error(). */
int profile_check_dir(const char *dir);

/* Prints the table: per page, in ns and instructions. */
void profile_print(FILE *out, const struct stacks *stacks, const struct point *p);

/* Prints the profiles of a point on both architectures side by side; p is of either. */
void profile_compare(FILE *out, const struct stacks *const stacks[ARCH_COUNT],
		     const struct point *p);

/*
 * Writes the folder: the table, and for each phase, for all of them and for the CPUs a flame
 * graph and its stacks. Whole or not at all. Returns 0, or -1 after error().
 */
int profile_store(const char *dir, const struct stacks *stacks, const struct point *p);

/* Adds what profile_compare() prints to a folder. Returns 0, or -1 after error(). */
int profile_store_comparison(const char *dir, const struct stacks *const stacks[ARCH_COUNT],
			     const struct point *p);

#endif
