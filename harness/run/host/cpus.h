/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * CPUs that this process may use, as taskset, numactl, a batch system, a cpuset or a container
 * leave them, and which thread goes where on these. On no others: who confined faultline
 * has reasons.
 */
#ifndef FAULTLINE_CPUS_H
#define FAULTLINE_CPUS_H

#include "../../keys.h"

/* How many, at least 1, and which ("0,2-5"; caller frees). */
unsigned int cpus_allowed(void);
char *cpus_allowed_text(void);

/*
 * Fills vcpu_cpus and reader_cpus: one thread a core as long as there are
 * cores, the fastest kind first, then their second hardware threads, then from the start again;
 * vCPUs first, handler threads going on where the vCPUs ended. Returns 0, or -1 after error().
 */
int cpus_place(struct point *p);

/* Whether the point's own lists name such CPUs only. Returns 0, or -1 after error(). */
int cpus_check(const struct point *p);

/* Their time that a hypervisor gave to others so far. */
uint64_t cpus_stolen_ns(void);

#endif
