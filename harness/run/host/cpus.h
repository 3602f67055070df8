/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * CPUs that this process may use, as taskset, numactl, a batch system, a cpuset or a container
 * leave them. Threads are placed on no others: who confined faultline has reasons.
 */
#ifndef FAULTLINE_CPUS_H
#define FAULTLINE_CPUS_H

#include <hwloc.h>

#include "../../keys.h"

/* How many, at least 1, and which ("0,2-5"; caller frees). */
unsigned int cpus_allowed(void);
char *cpus_allowed_text(void);

/* The mask of this process, to be freed; NULL when the kernel does not tell. */
hwloc_bitmap_t cpus_allowed_set(void);

/* This machine's topology with all its CPUs, read once and kept. Returns NULL after error(). */
hwloc_topology_t cpus_topology(void);

/* Whether the point's own lists name such CPUs only. Returns 0, or -1 after error(). */
int cpus_check(const struct point *p);

#endif
