/* SPDX-License-Identifier: GPL-2.0-only */
/* What CPUs spent their time on, as the kernel's ticks have it. */
#ifndef FAULTLINE_CPU_TICKS_H
#define FAULTLINE_CPU_TICKS_H

#include <jansson.h>
#include <stdint.h>

/* Of some CPUs since the machine was started. */
struct cpu_ticks {
	unsigned int cpus;
	uint64_t busy_ns; /* running tasks, guests among them; not in interrupts */
	uint64_t stolen_ns; /* that a hypervisor gave to others */
};

/* Of those of a list ("0,2-5") that are online. */
struct cpu_ticks cpu_ticks_of(const char *list);

/*
 * What is running on the CPUs that this process may use while it waits for that: the member "load"
 * of a machine. Takes a quarter of a second. New reference.
 */
json_t *cpu_load(void);

#endif
