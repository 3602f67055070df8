/* SPDX-License-Identifier: GPL-2.0-only */
/* Using up time, and waiting for another CPU. */
#ifndef FAULTLINE_ARM64_SPIN_H
#define FAULTLINE_ARM64_SPIN_H

#include <stdint.h>

/* Executes that many instructions, an even number above 0; none touches memory. */
static inline void arch_instructions(uint64_t count)
{
	uint64_t turns = count / 2;

	__asm__ volatile("1: subs %0, %0, #1\n\tb.ne 1b" : "+r"(turns) : : "cc");
}

static inline void arch_pause(void)
{
	__asm__ volatile("yield" : : : "memory");
}

#endif
