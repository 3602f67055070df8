/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How much of its CPUs this process gets: what a control group's quota, a hypervisor and other
 * processes leave. Threads that wait for any of these have times that are not the kernel's under
 * test.
 */
#ifndef FAULTLINE_CPU_SHARE_H
#define FAULTLINE_CPU_SHARE_H

#include <jansson.h>

#include "../../keys.h"
#include "cpu_ticks.h"

/* The CPUs whose time a point needs, as a list: those that its threads are pinned to, or all allowed. */
char *cpu_share_cpus(const struct point *p);

/* What became of the time of such CPUs so far. */
struct cpu_losses {
	uint64_t throttles, throttled_ns; /* by a quota of this process's control groups */
	struct cpu_ticks ticks;
};

struct cpu_losses cpu_losses(const char *cpus);

/*
 * What was lost since then, in a time in which a point itself used that much, and whether that is
 * enough to spoil it: the object "cpu_lost" of a record. New reference.
 */
json_t *cpu_losses_since(const char *cpus, struct cpu_losses before, double duration_s,
			 uint64_t own_ns);

/* CPUs that can be busy at a time: those allowed, or as many as the quota pays for. At least 1. */
unsigned int cpu_share_whole(void);

/* How many there are, which, and what a quota leaves of them. Caller frees. */
char *cpu_share_text(void);

/* Complains where the threads of a point are more than the CPUs, or than the quota pays for. */
void cpu_share_warn(const struct point *p);

/* Handler threads that poll on a CPU, simulated or not, which another thread of the point needs, too. */
unsigned int cpu_share_polling(const struct point *p);

/* Complains where there are any. */
void cpu_share_warn_polling(const struct point *p);

#endif
