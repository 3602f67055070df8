/* SPDX-License-Identifier: GPL-2.0-only */
/* How figures follow a number that is not that of the vCPUs: of handler threads, say. */
#ifndef FAULTLINE_ALONG_H
#define FAULTLINE_ALONG_H

#include "groups.h"

/* Points of one series of the sweep and one vCPU count that differ in that key alone, of any panel. */
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
 * Those of a panel along a key, in the order of the sweep: of three points on, as fewer show no
 * course. If the key sets panels apart, curves go through all those that nothing else does, and are of
 * the first of them.
 */
struct curves curves_along(const struct run_data *run, const struct panel *panel, const char *key);

/*
 * The cell of mode userfault that has the most pages per second where another has as many vCPUs and
 * that value of the key; NULL: there is none.
 */
const struct cell *curves_reference(const struct curves *curves, const struct cell *cell,
				    const char *key);

void curves_free(struct curves *curves);

#endif
