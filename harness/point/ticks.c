// SPDX-License-Identifier: GPL-2.0-only
#include "arch.h"

#include <time.h>

#include "../time_units.h"
#include "fail.h"

#define MEASURE_NS 20000000ull
#define SIMULATED_HZ 1000000000ull /* one instruction, one tick, one ns */
#define TRIES 5

struct reading {
	uint64_t ticks, ns;
};

/* Both clocks at one time: of several tries the one that took the least. */
static struct reading read_clocks(void)
{
	struct reading best = { 0 };
	uint64_t best_width = UINT64_MAX;

	for (unsigned int i = 0; i < TRIES; i++) {
		uint64_t before = arch_ticks(), width;
		struct timespec now;

		clock_gettime(CLOCK_MONOTONIC_RAW, &now);
		width = arch_ticks() - before;
		if (width >= best_width)
			continue;
		best_width = width;
		best.ticks = before + width / 2;
		best.ns = (uint64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
	}
	return best;
}

void ticks_sleep_until(uint64_t ticks, uint64_t hz)
{
	uint64_t now = arch_ticks();
	struct timespec wait;

	if (now >= ticks)
		return;
	wait = timespec_of_ns(ns_of_ticks(ticks - now, hz));
	nanosleep(&wait, NULL); /* a signal only makes it shorter */
}

uint64_t arch_ticks_hz(int is_simulated)
{
	const struct timespec wait = { .tv_nsec = MEASURE_NS };
	struct reading first, last;
	uint64_t hz;

	first = read_clocks();
	nanosleep(&wait, NULL); /* a signal only makes it shorter */
	last = read_clocks();
	hz = (uint64_t)((double)(last.ticks - first.ticks) * 1e9 / (double)(last.ns - first.ns) +
			0.5);

	if (!is_simulated)
		return hz;
	if (hz < SIMULATED_HZ - SIMULATED_HZ / 1000 || hz > SIMULATED_HZ + SIMULATED_HZ / 1000)
		fail("the simulated CPU's counter runs at %llu Hz, not at one tick per ns: is QEMU run without -icount shift=0?",
		     (unsigned long long)hz);
	return SIMULATED_HZ;
}
