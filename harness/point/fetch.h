/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The simulated fetch: the time that it takes until a page's content has come
 * from its source, see ../fetch_models.h. The content itself is there already, see memory.h.
 */
#ifndef FAULTLINE_FETCH_H
#define FAULTLINE_FETCH_H

#include <stdbool.h>
#include <stdint.h>

#include "../keys.h"

struct fetch {
	const struct fetch_model *model;
	struct fetch_source source;
	/* A sleep asks for this much less, and spins the rest: what waking up costs. */
	uint64_t overhead_ticks;
	uint64_t clock_hz; /* ticks in a second of the kernel's clock */
	bool is_spinning; /* never sleep */
};

/*
 * Prepares fetches. Measures what a sleep takes beyond what was asked for; at most half
 * of what an undisturbed fetch takes is made up for by spinning, so that a
 * machine with slow wake-ups shows as a fetch that is off, and not as CPU load.
 * clock_hz: ticks in a second of the kernel's clock; speed: how many ns of that
 * clock make up one ns of the fetch (1 but for simulated CPUs, see the key).
 */
void fetch_init(struct fetch *fetch, const struct fetch_spec *spec, enum wait_kind wait,
		uint64_t clock_hz, unsigned int speed);

/* When a fetch that starts at start_ticks is complete. Once for each fetch, from any thread. */
static inline uint64_t fetch_deadline(struct fetch *fetch, uint64_t start_ticks)
{
	return fetch->model->deadline(&fetch->source, start_ticks);
}

/* How long one may still sleep, in ns of the kernel's clock, to be on time for the deadline; 0: spin. */
uint64_t fetch_sleep_ns(const struct fetch *fetch, uint64_t deadline_ticks);

/* Waits until the deadline without sleeping. */
void fetch_spin(uint64_t deadline_ticks);

/* Waits until the deadline. */
void fetch_wait(const struct fetch *fetch, uint64_t deadline_ticks);

/* Lets sleeps of the calling thread end when asked for; the default slack is 50 us. */
void fetch_thread_init(void);

#endif
