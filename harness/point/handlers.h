/* SPDX-License-Identifier: GPL-2.0-only */
/* Handler threads, as modes have them: what they do comes in rounds, until they are told to stop. */
#ifndef FAULTLINE_HANDLERS_H
#define FAULTLINE_HANDLERS_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "measurement.h"

struct handler_thread;

struct handlers {
	struct measurement *m;
	void (*round)(struct handler_thread *handler);
	pthread_barrier_t ready; /* to be of use: what they do before is no part of the point */
	_Atomic bool stopping;
};

/* The first member of what a mode has for each. */
struct handler_thread {
	struct handlers *all;
	unsigned int index;
	pthread_t thread;
	_Atomic uint64_t before_ns; /* polling: CPU time until vCPUs started; 0: they have not */
};

/*
 * m->point->readers threads are going to call round() again and again. A round that sleeps must end
 * with a signal, and polls if m->point->handler says so.
 */
void handlers_init(struct handlers *all, struct measurement *m,
		   void (*round)(struct handler_thread *handler));

void handler_start(struct handlers *all, struct handler_thread *handler, unsigned int index);

/* Returns when all of them have been started and are about to begin their first round. */
void handlers_await(struct handlers *all);

/* To be followed by handler_stop() of each, which returns when its thread has ended. */
void handlers_stop(struct handlers *all);
void handler_stop(struct handler_thread *handler);

/* CPU time of one, as in struct mode. */
uint64_t handler_cpu_ns(const struct handler_thread *handler);

#endif
