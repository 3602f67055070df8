/* SPDX-License-Identifier: GPL-2.0-only */
/* Where the time of a simulated point goes: a folder with a table, flame graphs and their data. */
#ifndef FAULTLINE_PROFILE_H
#define FAULTLINE_PROFILE_H

#include "../../keys.h"
#include "../host/setup.h"
#include "rows.h"

/* Whether a point can be profiled, as far as its keys tell. Returns 0, or -1 after error(). */
int profile_check_keys(const struct point *p);

/* The same of one whose tier is known, with all that it takes. Returns 0, or -1 after error(). */
int profile_check(const struct setup *setup, const struct point *p);

/* Whether a profile can go to dir, which must not be there. Returns 0, or -1 after error(). */
int profile_check_dir(const char *dir);

/*
 * Writes the folder: the table, and for each phase, for all of them and for the CPUs a flame
 * graph and its stacks. Whole or not at all. Returns 0, or -1 after error().
 */
int profile_store(const char *dir, const struct stacks *stacks, const struct point *p);

/* Adds what profile_compare() prints to a folder. Returns 0, or -1 after error(). */
int profile_store_comparison(const char *dir, const struct stacks *const stacks[ARCH_COUNT],
			     const struct point *p);

#endif
