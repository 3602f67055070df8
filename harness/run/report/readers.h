/* SPDX-License-Identifier: GPL-2.0-only */
/* How a rate follows the number of handler threads. */
#ifndef FAULTLINE_READERS_H
#define FAULTLINE_READERS_H

#include "groups.h"

/* Points of one series of the sweep and one vCPU count that differ in their readers alone. */
struct readers_curve {
	char *label; /* "uffd, 16 vCPUs" */
	const struct cell **cells; /* by ascending readers, all with times */
	size_t count;
};

struct readers_curves {
	struct readers_curve *v;
	size_t n;
};

/* Those of a panel, in the order of the sweep: of three points on, as fewer show no course. */
struct readers_curves readers_curves(const struct panel *panel);

void readers_curves_free(struct readers_curves *curves);

#endif
