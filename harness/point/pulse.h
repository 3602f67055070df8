/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FAULTLINE_PULSE_H
#define FAULTLINE_PULSE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * A thread that does nothing but wake up at short intervals. How late it comes tells of what
 * stopped the whole process: SIGSTOP, a frozen control group, a paused container or VM, a
 * machine with too few CPUs. Times of the process have that in them, and nothing else says so.
 */
struct pulse {
	pthread_t thread;
	_Atomic uint64_t due_ns; /* of the next beat */
	_Atomic uint64_t late_ns; /* by which beats came late, in all */
	_Atomic bool ended;
};

/* Starts the thread, where the calling thread may run. Returns 0 or an error number. */
int pulse_start(struct pulse *pulse);

/* From now on it counts. */
void pulse_reset(struct pulse *pulse);

/* How long the process was held up since pulse_reset(), in ns of CLOCK_MONOTONIC. */
uint64_t pulse_late_ns(struct pulse *pulse);

void pulse_stop(struct pulse *pulse);

#endif
