/* SPDX-License-Identifier: GPL-2.0-only */
/* Ticks of a counter that counts hz of them a second, ns, and struct timespec. */
#ifndef FAULTLINE_TIME_UNITS_H
#define FAULTLINE_TIME_UNITS_H

#include <stdint.h>
#include <time.h>

#define NS_PER_S 1000000000u

static inline uint64_t ticks_of_ns(uint64_t ns, uint64_t hz)
{
	return (unsigned __int128)ns * hz / NS_PER_S;
}

static inline uint64_t ns_of_ticks(uint64_t ticks, uint64_t hz)
{
	return (unsigned __int128)ticks * NS_PER_S / hz;
}

static inline struct timespec timespec_of_ns(uint64_t ns)
{
	return (struct timespec){ .tv_sec = ns / NS_PER_S, .tv_nsec = ns % NS_PER_S };
}

#endif
