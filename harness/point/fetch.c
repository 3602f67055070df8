// SPDX-License-Identifier: GPL-2.0-only
#include "fetch.h"

#include <errno.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>

#include "../time_units.h"
#include "arch.h"
#include "fail.h"
#include "stats.h"

#define CALIBRATION_SLEEPS 33

/* A signal may cut a sleep short; the caller's deadline decides. */
static void sleep_ns(uint64_t ns)
{
	struct timespec t = timespec_of_ns(ns);

	nanosleep(&t, NULL);
}

/* What sleeps that long take beyond it, the median. */
static uint64_t sleep_overhead_ticks(uint64_t delay_ticks, uint64_t clock_hz)
{
	uint64_t over[CALIBRATION_SLEEPS];

	for (unsigned int i = 0; i < CALIBRATION_SLEEPS; i++) {
		uint64_t start = arch_ticks();

		sleep_ns(ns_of_ticks(delay_ticks, clock_hz));
		over[i] = arch_ticks() - start;
		over[i] -= over[i] < delay_ticks ? over[i] : delay_ticks;
	}
	stats_sort(over, CALIBRATION_SLEEPS);
	return over[CALIBRATION_SLEEPS / 2];
}

void fetch_thread_init(void)
{
	if (prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0))
		fail("prctl(PR_SET_TIMERSLACK): %s", strerror(errno));
}

void fetch_init(struct fetch *fetch, const struct fetch_spec *spec, enum wait_kind wait,
		uint64_t clock_hz, unsigned int speed)
{
	const struct fetch_model *model = fetch_models[spec->model];
	struct fetch_source source, trial;
	uint64_t delay_ticks;

	model->start(spec->numbers, clock_hz * speed, &source);
	*fetch = (struct fetch){
		.model = model,
		.source = source,
		.clock_hz = clock_hz,
		.is_spinning = wait == WAIT_SPIN,
	};
	trial = source;
	delay_ticks = model->deadline(&trial, 0);
	if (!delay_ticks || fetch->is_spinning)
		return;
	fetch_thread_init();
	fetch->overhead_ticks = sleep_overhead_ticks(delay_ticks, clock_hz);
	if (fetch->overhead_ticks > delay_ticks / 2)
		fetch->overhead_ticks = delay_ticks / 2;
}

uint64_t fetch_sleep_ns(const struct fetch *fetch, uint64_t deadline_ticks)
{
	uint64_t wake = deadline_ticks - fetch->overhead_ticks;
	uint64_t now = arch_ticks();

	if (fetch->is_spinning || now >= wake)
		return 0;
	return ns_of_ticks(wake - now, fetch->clock_hz);
}

void fetch_spin(uint64_t deadline_ticks)
{
	while (arch_ticks() < deadline_ticks)
		;
}

void fetch_wait(const struct fetch *fetch, uint64_t deadline_ticks)
{
	uint64_t ns = fetch_sleep_ns(fetch, deadline_ticks);

	if (ns)
		sleep_ns(ns);
	fetch_spin(deadline_ticks);
}
