/* SPDX-License-Identifier: GPL-2.0-only */
/* Which thread of a point goes to which of the CPUs that this process may use. */
#ifndef FAULTLINE_PLACEMENT_H
#define FAULTLINE_PLACEMENT_H

#include <hwloc.h>

#include "../../keys.h"

/* Near in native tiers by default; elsewhere it means nothing. */
enum placement {
	PLACEMENT_DEFAULT,
	PLACEMENT_NONE, /* threads wander */
	PLACEMENT_NEAR, /* handlers on other cores of their vCPUs' last-level caches */
	PLACEMENT_FAR, /* handlers in other packages, or, in one, at other last-level caches */
	PLACEMENT_COUNT
};

#define PLACEMENT_VALUES "none|near|far"

/* Without one for the default. */
extern const char *const placement_names[PLACEMENT_COUNT];

/* Returns 0, or -1 when there is none of that name. */
int placement_parse(const char *name, enum placement *placement);

/*
 * Fills vcpu_cpus and reader_cpus with CPUs of the topology that are allowed: one thread a core
 * as long as there are cores, those of the fastest kind first, then their second hardware
 * threads, then all in turn.
 *
 * Near: vCPUs and the handlers that serve them fill one last-level cache after the other; who
 * cannot have room beside each other in any is split. Far: vCPUs and handlers share out packages,
 * or caches, between them.
 *
 * Returns 0, or -1 after error().
 */
int placement_make(hwloc_topology_t topology, hwloc_const_bitmap_t allowed,
		   enum placement placement, struct point *p);

/* The same on this machine. */
int placement_make_here(enum placement placement, struct point *p);

#endif
