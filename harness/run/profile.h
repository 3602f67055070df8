/* SPDX-License-Identifier: GPL-2.0-only */
/* Where the time of a simulated point goes: a table, and a folder with flame graphs and their data. */
#ifndef FAULTLINE_PROFILE_H
#define FAULTLINE_PROFILE_H

#include "../keys.h"
#include "setup.h"
#include "stacks.h"

/* Whether such a point can be profiled at all, as far as its keys tell. Returns 0, or -1 with a message in err. */
int profile_check_keys(const struct point *p, char *err, size_t err_size);

/*
 * Whether the point, whose tier is known, can be profiled into folder dir, which must not be there.
 * Returns 0, or -1 with a message in err.
 */
int profile_check(const struct setup *setup, const struct point *p, const char *dir, char *err,
		  size_t err_size);

/* The folder for a profile when none is named. Caller frees. */
char *profile_default_dir(const struct setup *setup);

/* Prints the table: per page, in ns and instructions. */
void profile_print(FILE *out, const struct stacks *stacks, const struct point *p);

/*
 * Writes the folder: the table, and for each phase, for all of them and for the CPUs a flame
 * graph and its stacks. Whole or not at all. Returns 0, or -1 with a message in err.
 */
int profile_store(const char *dir, const struct stacks *stacks, const struct point *p, char *err,
		  size_t err_size);

#endif
