/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How much of its CPUs this process gets: a control group's quota, and what a hypervisor gives to
 * others. Threads that are stopped for either have times that are not the kernel's under test.
 */
#ifndef FAULTLINE_CPU_SHARE_H
#define FAULTLINE_CPU_SHARE_H

#include <jansson.h>

#include "../../keys.h"

/* CPU time that was kept from this process's groups and CPUs so far. */
struct cpu_losses {
	uint64_t throttles, throttled_ns; /* by a quota */
	uint64_t stolen_ns; /* by a hypervisor */
};

struct cpu_losses cpu_losses(void);

/*
 * What was lost since then, in a time, and whether that is enough to spoil it: the object
 * "cpu_lost" of a record. New reference.
 */
json_t *cpu_losses_since(struct cpu_losses before, double duration_s);

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
