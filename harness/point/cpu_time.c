// SPDX-License-Identifier: GPL-2.0-only
#include "cpu_time.h"

#include <time.h>

#include "../time_units.h"

uint64_t cpu_time_ns(pthread_t thread)
{
	struct timespec used;
	clockid_t clock;

	if (pthread_getcpuclockid(thread, &clock) || clock_gettime(clock, &used))
		return 0;
	return (uint64_t)used.tv_sec * NS_PER_S + used.tv_nsec;
}
