/* SPDX-License-Identifier: GPL-2.0-only */
/* How figures follow a number that is not that of the vCPUs: of handler threads, say. */
#ifndef FAULTLINE_ALONG_H
#define FAULTLINE_ALONG_H

#include "groups.h"

/* Points of one series of the sweep and one vCPU count that differ in that key alone. */
struct curve {
	char *label; /* "uffd, 16 vCPUs" */
	const struct cell **cells; /* by its ascending values, all with times */
	size_t count;
};

struct curves {
	struct curve *v;
	size_t n;
};

/*
 * Those of a panel along a key of role ROLE_MECHANISM, in the order of the sweep: of three points
 * on, as fewer show no course.
 */
struct curves curves_along(const struct panel *panel, const char *key);

void curves_free(struct curves *curves);

#endif
