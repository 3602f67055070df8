/* SPDX-License-Identifier: GPL-2.0-only */
/* Points drawn at random, over all keys. */
#ifndef FAULTLINE_RANDOM_POINT_H
#define FAULTLINE_RANDOM_POINT_H

#include "../../keys.h"

/* Sets all keys to their defaults and draws a value of each but arch and tier; not resolved. */
void random_keys(struct point *p, uint64_t *state);

/*
 * The point of that number, which follows from it and the seed: values that go together in this tier
 * and architecture, so few pages and short fetches that it is measured in a minute.
 */
void random_point(struct point *p, uint64_t seed, uint64_t number, enum tier tier, enum arch arch);

#endif
