/* SPDX-License-Identifier: GPL-2.0-only */
/* What backing, thp, grain and pages mean together; the rest of point_resolve() is in resolve.c. */
#ifndef FAULTLINE_RESOLVE_MEMORY_H
#define FAULTLINE_RESOLVE_MEMORY_H

#include "keys.h"

/* Returns 0 or -1 after error(). */
int resolve_memory(struct point *p);

#endif
