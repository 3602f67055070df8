/* SPDX-License-Identifier: GPL-2.0-only */
/* The profiles of one point: one for each architecture that it is measured on. */
#ifndef FAULTLINE_PROFILE_SET_H
#define FAULTLINE_PROFILE_SET_H

#include "profile.h"

struct profile_set {
	/*
	 * Where they go; of several, each to a folder in it, named after its arch. NULL: to a new
	 * one of root's results, which is made, and named here, once there is something for it.
	 */
	char *dir;
	const char *root;
	bool is_of_several; /* architectures */
	FILE *out; /* where tables are printed, NULL for nowhere */
	struct stacks stacks[ARCH_COUNT];
};

/* Takes a point's profile from the file account. Returns 0, or -1 after error(). */
int profile_set_add(struct profile_set *set, const char *account, const struct point *p);

/* Compares the architectures, if there are several. Returns 0, or -1 after error(). */
int profile_set_compare(const struct profile_set *set, const struct point *p);

void profile_set_free(struct profile_set *set);

#endif
