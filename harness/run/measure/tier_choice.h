/* SPDX-License-Identifier: GPL-2.0-only */
/* Which evidence this machine can give. */
#ifndef FAULTLINE_TIER_CHOICE_H
#define FAULTLINE_TIER_CHOICE_H

#include "../../keys.h"
#include "../../mode.h"
#include "../host/setup.h"

#define WHY_SIZE 1024

#define INTERRUPTED (-2) /* what functions return that somebody has interrupted */

/* How a mode fares natively. */
struct mode_probe {
	bool works;
	char why_not[WHY_SIZE];
};

/*
 * Measures one small point of mode natively. Returns 0, also when the mode does not work, -1
 * after error() when nothing can be told, or INTERRUPTED.
 */
int mode_probe(const struct setup *setup, unsigned int mode, struct mode_probe *probe);

/* What a run has of points. */
struct tier_wanted {
	bool modes[MODE_COUNT], arches[ARCH_COUNT];
};

struct tier_choice {
	enum tier tier;
	char why[WHY_SIZE]; /* this one, and none better */
};

/*
 * Chooses the best tier in which all that is wanted can run, or checks the one asked for.
 * Returns 0, or after error() -1 or INTERRUPTED.
 */
int tier_choose(const struct setup *setup, enum tier asked, const struct tier_wanted *wanted,
		struct tier_choice *choice);

#endif
