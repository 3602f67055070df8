/* SPDX-License-Identifier: GPL-2.0-only */
/* Flame graphs: one SVG without scripts, fonts or anything else from outside. */
#ifndef FAULTLINE_FLAME_H
#define FAULTLINE_FLAME_H

#include <stdio.h>

#include "stacks.h"

/*
 * Callers below, callees above, as wide as the time they took; a tooltip gives function, time and
 * share. stacks must be sorted, as stacks_select() leaves them. note: a smaller line below the
 * title. unit: of their ns.
 */
void flame_write(FILE *out, const struct stacks *stacks, const char *title, const char *note,
		 const char *unit);

#endif
