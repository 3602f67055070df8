/* SPDX-License-Identifier: GPL-2.0-only */
/* The virtual counter, which host and guest read. */
#ifndef FAULTLINE_ARM64_TICKS_H
#define FAULTLINE_ARM64_TICKS_H

#include <stdint.h>

/*
 * Without ISB the counter may be read ahead of what precedes it. With it, not before
 * an access that precedes it is known not to fault, which is what stamps are about: one
 * that faults is tried again from there, and reads the counter once it goes through. What follows
 * the read may start early, but cannot fault before the read is done.
 */
static inline uint64_t arch_ticks(void)
{
	uint64_t ticks;

	__asm__ volatile("isb\n\tmrs %0, cntvct_el0" : "=r"(ticks) : : "memory");
	return ticks;
}

#endif
