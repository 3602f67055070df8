/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the preload library shares with TCG plugins that run beside it. A plugin
 * finds it with dlsym(RTLD_DEFAULT, MANYCORE_SYMBOL); NULL there means that QEMU
 * runs without the library.
 */
#ifndef FAULTLINE_MANYCORE_H
#define FAULTLINE_MANYCORE_H

#include <stdbool.h>
#include <stdint.h>

#define MANYCORE_CPUS_MAX 1024
#define MANYCORE_VERSION 3
#define MANYCORE_SYMBOL "faultline_manycore"

/* Exit code of QEMU when the simulated host cannot be had. */
enum { MANYCORE_EXIT_REFUSED = 2 };

/*
 * Everything here is touched by QEMU's one vCPU thread only, apart from what
 * stands before any CPU runs.
 */
struct manycore {
	uint32_t version; /* MANYCORE_VERSION */
	int qemu_major, qemu_minor;
	/*
	 * The CPU whose slice it is. Plugin callbacks are handed another index:
	 * that of the CPU which translated the block.
	 */
	unsigned int cpu;
	bool is_fine; /* the guest measures; false while it boots */
	uint64_t fine_periods; /* how often it has begun to measure */
	/* QEMU's count of instructions. In a slice it is of when QEMU last refilled its counter. */
	const volatile int64_t *icount;
	int64_t slice_ns; /* simulated time at which its slice starts to execute */
	/* Simulated ns that each CPU has to stand still for, from its next slice on. */
	int64_t debt_ns[MANYCORE_CPUS_MAX];
	uint64_t transfers; /* counted by the coherence plugin, reported by the library */
	/*
	 * What a plugin that follows slices wants to be called with, NULL for nothing: when a slice
	 * of CPU `cpu` starts, the guest's time and how much of the slice is stood still for at
	 * first; when it ends, the instructions executed in it.
	 */
	void (*slice_begun)(int64_t start_ns, int64_t stalled_ns);
	void (*slice_ended)(int64_t instructions);
	/*
	 * What one that finds turns which change nothing, see waiting.h, wants to be called with while
	 * the guest measures, NULL for nothing; not used beside slice_begun.
	 */
	void (*turn_ended)(unsigned int cpu, int64_t instructions);
	bool (*turn_repeats)(unsigned int cpu, int64_t instructions);
};

/* In the preload library only; plugins look it up. */
extern struct manycore faultline_manycore;

#endif
