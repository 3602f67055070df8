/* SPDX-License-Identifier: GPL-2.0-only */
/* Which evidence this machine can give, and what follows from that for a point. */
#ifndef FAULTLINE_TIER_CHOICE_H
#define FAULTLINE_TIER_CHOICE_H

#include "execution.h"
#include "../host/placement.h"
#include "../plan/plan.h"

/*
 * Measures one small point of mode natively. Returns 0 when the mode works, -1 after error()
 * that says why not, or INTERRUPTED.
 */
int mode_probe(const struct setup *setup, unsigned int mode);

struct tier_choice {
	enum tier tier;
	char why[1024]; /* this one, and none better */
};

/*
 * Chooses the best tier in which all that is used can run, or checks the one asked for.
 * Returns 0, -1 after error(), or INTERRUPTED.
 */
int tier_choose(const struct setup *setup, enum tier asked, const struct plan_uses *uses,
		struct tier_choice *choice);

/* Where threads of points of the tier are put: the default in native tiers is near. */
enum placement placement_in(enum tier tier, enum placement asked);

/*
 * Gives the threads of a point their CPUs, unless it says itself where they run, and checks that
 * its host can measure it. Its tier is known. Returns 0, or -1 after error().
 */
int point_place(struct point *p, const struct setup *setup, enum placement placement);

#endif
