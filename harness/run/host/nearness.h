/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How near handler threads are to the vCPUs that they serve: what a wake-up and a page's content
 * have to cross between the two. Judged from where the point's lists pin them, whoever made these.
 */
#ifndef FAULTLINE_NEARNESS_H
#define FAULTLINE_NEARNESS_H

#include <hwloc.h>
#include <jansson.h>
#include <stdbool.h>

#include "../../keys.h"

/* NEARNESS(symbol, member of a record, title of a column), the nearest first. */
#define NEARNESSES                                        \
	NEARNESS(CPU, "same_cpu", "same CPU")             \
	NEARNESS(CORE, "same_core", "same core")          \
	NEARNESS(CACHE, "same_cache", "same cache")       \
	NEARNESS(PACKAGE, "same_package", "same package") \
	NEARNESS(APART, "other_package", "other package")

enum nearness {
#define NEARNESS(symbol, ...) NEARNESS_##symbol,
	NEARNESSES
#undef NEARNESS
		NEARNESS_COUNT
};

extern const char *const nearness_members[], *const nearness_titles[];

struct placed {
	unsigned int pairs[NEARNESS_COUNT]; /* of a handler thread and a vCPU that it serves */
	/* Threads, vCPUs' and handlers', that share a CPU; else a core. */
	unsigned int sharing_cpu, sharing_core;
};

/*
 * The last-level cache of a CPU: L3, or the outermost one that several cores share; the package
 * where there is none.
 */
hwloc_obj_t last_level_cache(hwloc_topology_t topology, hwloc_obj_t pu);

/* The package of a CPU; the machine where there are none. */
hwloc_obj_t package_of(hwloc_topology_t topology, hwloc_obj_t pu);

/* False where a thread is pinned nowhere, or to a CPU that the topology does not have. */
bool nearness_count(hwloc_topology_t topology, const struct point *p, struct placed *placed);

/* On this machine: the object "placement" of a record, null where nothing is known. New reference. */
json_t *nearness_describe(const struct point *p);

/* What such an object says. */
struct placed nearness_read(const json_t *placement);

/* How many pairs are not on two cores of one last-level cache, and threads not alone on a core. */
unsigned int placed_astray(const struct placed *placed);

/* The same of a point on this machine; 0 where nothing is known. */
unsigned int nearness_astray(const struct point *p);

/* Complains where there are any on this machine. */
void nearness_warn(const struct point *p);

#endif
