// SPDX-License-Identifier: GPL-2.0-only
#include "pulse.h"

#include <time.h>

#include "../time_units.h"
#include "thread.h"

/* 50 beats a second are no load, and what is late by a beat is more than a scheduler's whim. */
#define BEAT_NS 20000000u

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

/* Whoever sees that a beat was missed counts it, once. */
static void count(struct pulse *pulse)
{
	uint64_t now = now_ns(), due = atomic_exchange(&pulse->due_ns, now + BEAT_NS);

	if (now > due + BEAT_NS)
		atomic_fetch_add(&pulse->late_ns, now - due);
}

static void *beat(void *arg)
{
	struct pulse *pulse = arg;

	while (!atomic_load(&pulse->ended)) {
		struct timespec due = timespec_of_ns(atomic_load(&pulse->due_ns));

		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL);
		count(pulse);
	}
	return NULL;
}

int pulse_start(struct pulse *pulse)
{
	pulse_reset(pulse);
	atomic_store(&pulse->ended, false);
	return thread_start(&pulse->thread, beat, pulse);
}

void pulse_reset(struct pulse *pulse)
{
	atomic_store(&pulse->due_ns, now_ns() + BEAT_NS);
	atomic_store(&pulse->late_ns, 0);
}

uint64_t pulse_late_ns(struct pulse *pulse)
{
	count(pulse);
	return atomic_load(&pulse->late_ns);
}

void pulse_stop(struct pulse *pulse)
{
	atomic_store(&pulse->ended, true);
	pthread_join(pulse->thread, NULL);
}
