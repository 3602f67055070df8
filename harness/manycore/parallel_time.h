/* SPDX-License-Identifier: GPL-2.0-only */
/* Simulated time in which all CPUs make progress at once. */
#ifndef FAULTLINE_MANYCORE_PARALLEL_TIME_H
#define FAULTLINE_MANYCORE_PARALLEL_TIME_H

#include <stdbool.h>
#include <stdint.h>

struct parallel_time_counts {
	uint64_t passes, slices;
	uint64_t repeated; /* slices that would have changed nothing, and were not executed */
	int64_t now_ns; /* simulated, less what went by with all CPUs halted */
	unsigned int cpus; /* 0 until a CPU has run */
};

/*
 * Replaces what has to be replaced. first_slice is called once, when all that
 * can only be known in the running QEMU has been found as it should be.
 */
void parallel_time_install(int64_t quantum, int64_t boot_quantum, void (*first_slice)(void));

/* Which quantum holds from the next pass on. Only from the vCPU thread. */
void parallel_time_set_fine(bool is_fine);

struct parallel_time_counts parallel_time_counts(void);

#endif
