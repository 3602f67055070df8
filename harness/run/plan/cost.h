/* SPDX-License-Identifier: GPL-2.0-only */
/* What a point is expected to take, before it has run. */
#ifndef FAULTLINE_COST_H
#define FAULTLINE_COST_H

#include "../../keys.h"

/*
 * Seconds of one core for a simulated point; of other tiers' points only the ratios mean
 * anything.
 */
double cost_s(const struct point *p);

/* Seconds after which a point has failed: what was asked for, or far beyond its cost when 0. */
double cost_timeout_s(const struct point *p, double asked_s);

#endif
