/* SPDX-License-Identifier: GPL-2.0-only */
/* This machine's CPUs and caches, by hwloc. */
#ifndef FAULTLINE_TOPOLOGY_H
#define FAULTLINE_TOPOLOGY_H

#include <hwloc.h>

/*
 * Reads the topology of this very machine, whatever the environment would have hwloc describe
 * in its place. Returns NULL after error(). hwloc_topology_destroy() it.
 */
hwloc_topology_t topology_load(void);

#endif
