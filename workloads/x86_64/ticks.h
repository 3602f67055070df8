/* SPDX-License-Identifier: GPL-2.0-only */
/* The time stamp counter, which host and guest read. */
#ifndef FAULTLINE_X86_64_TICKS_H
#define FAULTLINE_X86_64_TICKS_H

#include <stdint.h>

/* LFENCE: not before what precedes it has completed; a store that faults has not. */
static inline uint64_t arch_ticks(void)
{
	uint32_t low, high;

	__asm__ volatile("lfence\n\trdtsc" : "=a"(low), "=d"(high) : : "memory");
	return (uint64_t)high << 32 | low;
}

#endif
