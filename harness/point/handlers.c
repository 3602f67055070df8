// SPDX-License-Identifier: GPL-2.0-only
#include "handlers.h"

#include <signal.h>
#include <string.h>
#include <time.h>

#include "affinity.h"
#include "arch.h"
#include "cpu_time.h"
#include "draw.h"
#include "fail.h"
#include "fetch.h"
#include "thread.h"

/* Sent to handler threads until they have ended: interrupts whatever they wait in. */
#define STOP_SIGNAL SIGUSR1

/* What polling takes before vCPUs start is none of the point's CPU time. */
static void poll_until_start(struct handler_thread *handler)
{
	const struct measurement *m = handler->all->m;
	uint64_t begin_ticks;

	do {
		handler->all->round(handler);
		begin_ticks = atomic_load(&m->begin_ticks);
	} while (!begin_ticks || arch_ticks() < begin_ticks);
	atomic_store(&handler->before_ns, cpu_time_ns(pthread_self()));
}

static void *handler_main(void *arg)
{
	struct handler_thread *handler = arg;
	struct handlers *all = handler->all;
	const struct point *point = all->m->point;
	void *pages;

	affinity_set(point->reader_cpus, handler->index);
	pages = draw_take_pages(all->m, DRAW_HANDLER, handler->index);
	fetch_thread_init();
	pthread_barrier_wait(&all->ready);
	if (point->handler == HANDLER_POLL)
		poll_until_start(handler);
	while (!atomic_load(&all->stopping))
		all->round(handler);
	draw_give_pages(pages);
	return NULL;
}

static void on_stop_signal(int signal)
{
	(void)signal; /* only has to interrupt */
}

void handlers_init(struct handlers *all, struct measurement *m,
		   void (*round)(struct handler_thread *handler))
{
	struct sigaction action = { .sa_handler = on_stop_signal };

	*all = (struct handlers){ .m = m, .round = round };
	/* No SA_RESTART: a blocking read must return. */
	sigaction(STOP_SIGNAL, &action, NULL);
	pthread_barrier_init(&all->ready, NULL, m->point->readers + 1);
}

void handler_start(struct handlers *all, struct handler_thread *handler, unsigned int index)
{
	int r;

	handler->all = all;
	handler->index = index;
	r = thread_start(&handler->thread, handler_main, handler);
	if (r)
		fail("starting handler thread %u: %s; take fewer readers or raise the limit on processes",
		     index, strerror(r));
}

void handlers_await(struct handlers *all)
{
	pthread_barrier_wait(&all->ready);
	pthread_barrier_destroy(&all->ready);
}

void handlers_stop(struct handlers *all)
{
	atomic_store(&all->stopping, true);
}

void handler_stop(struct handler_thread *handler)
{
	const struct timespec pause = { .tv_nsec = 1000000 };

	/* The signal may come just before the thread waits: repeat it. */
	pthread_kill(handler->thread, STOP_SIGNAL);
	while (pthread_tryjoin_np(handler->thread, NULL)) {
		nanosleep(&pause, NULL);
		pthread_kill(handler->thread, STOP_SIGNAL);
	}
}

uint64_t handler_cpu_ns(const struct handler_thread *handler)
{
	uint64_t before_ns = atomic_load(&handler->before_ns);

	if (handler->all->m->point->handler == HANDLER_POLL && !before_ns)
		return 0;
	return cpu_time_ns(handler->thread) - before_ns;
}
