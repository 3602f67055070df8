/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FAULTLINE_CPU_TIME_H
#define FAULTLINE_CPU_TIME_H

#include <pthread.h>
#include <stdint.h>

/*
 * CPU time that a thread of this process has used so far, in ns of the kernel's clock: its own,
 * the kernel's on its behalf, and that of a guest which it runs. Exact to the ns also while the
 * thread runs, which the clock of the whole process is not: that one is behind by what other
 * running threads have used since the last tick. 0 where the kernel does not tell.
 */
uint64_t cpu_time_ns(pthread_t thread);

#endif
