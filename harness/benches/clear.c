// SPDX-License-Identifier: GPL-2.0-only
/*
 * Threads make pages present whose content is in place, before anybody asks for them, as what
 * prefetches does. There is no guest: the threads are those of vCPUs, with the VM's slot.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "../mode.h"
#include "../point/affinity.h"
#include "../point/arch.h"
#include "../point/control.h"
#include "../point/create.h"
#include "../point/draw.h"
#include "../point/fail.h"
#include "../point/thread.h"
#include "../time_units.h"
#include "benches.h"
#include "bookkeeping.h"
#include "figures.h"

/* From when all threads are ready to their start, by the kernel's clock. */
#define START_AFTER_NS 1000000u
#define START_AFTER_NS_PER_THREAD 50000u
#define START_SPIN_NS 100000u /* of it, to be awake */
#define START_SHIFT_MAX_NS 500u /* in draws, in ns of results */

struct clearer {
	struct measurement *m;
	struct findings *findings;
	unsigned int index;
	pthread_t thread;
	uint64_t begin_ticks, end_ticks;
	uint64_t calls;
};

struct findings {
	struct bookkeeping before, armed, after;
	pthread_barrier_t barrier;
	uint64_t begin_ticks; /* when all start */
	uint64_t calls; /* in all */
	int64_t present; /* of these pages, or COUNT_UNKNOWN */
	uint64_t clear_bits; /* of the bitmap, if there is one */
	uint64_t span; /* ticks from the first start to the last end */
	uint64_t in_calls; /* ticks, of all threads */
	double rate_sum;
};

/* How many pages a thread makes present by the call that begins with its number i. */
static unsigned int pages_at_once(const struct point *p, uint64_t i)
{
	const uint64_t left = p->pages - i;

	if (p->pattern != PATTERN_RANGE)
		return 1;
	return left < RANGE_PAGES ? (unsigned int)left : RANGE_PAGES;
}

/* The page, of the slot, that a thread makes present as its number i. */
static uint64_t page_of(const struct point *p, unsigned int thread, uint64_t i)
{
	const unsigned int neighbours = point_neighbours(p), member = thread % neighbours;
	const uint64_t first = thread / neighbours * point_part_pages(p);

	switch (p->pattern) {
	case PATTERN_ALTERNATE:
		return first + 2 * i;
	case PATTERN_WORD:
		return first + 64 * i + member;
	case PATTERN_LINE: /* of 8 words */
		return first + i / 64 * RANGE_PAGES + member * 64ull + i % 64;
	default:
		return first + i;
	}
}

/* Where there is a second mapping, the content that the first one lacks comes to be there. */
static void put_content(const struct clearer *clearer)
{
	const struct measurement *m = clearer->m;

	for (uint64_t i = 0; m->memory.alias && i < m->point->pages; i++) {
		const uint64_t page = page_of(m->point, clearer->index, i);

		*(volatile uint64_t *)(m->memory.alias + page * PAGE_BYTES) = page;
	}
}

static void *clearer_main(void *arg)
{
	struct clearer *clearer = arg;
	struct measurement *m = clearer->m;
	struct findings *f = clearer->findings;
	unsigned int count;
	void *pages;

	affinity_set(m->point->vcpu_cpus, clearer->index);
	pages = draw_take_pages(m, DRAW_VCPU, clearer->index);
	put_content(clearer);
	pthread_barrier_wait(&f->barrier);
	pthread_barrier_wait(&f->barrier);
	ticks_sleep_until(f->begin_ticks - ticks_of_ns(START_SPIN_NS, m->clock_hz), m->clock_hz);
	clearer->begin_ticks = f->begin_ticks + draw_shift(m, clearer->index, START_SHIFT_MAX_NS);
	while (arch_ticks() < clearer->begin_ticks)
		arch_pause();
	clearer->begin_ticks = arch_ticks();
	for (uint64_t i = 0; i < m->point->pages; i += count, clearer->calls++) {
		count = pages_at_once(m->point, i);
		m->mode->present(m, page_of(m->point, clearer->index, i), count);
	}
	clearer->end_ticks = arch_ticks();
	draw_give_pages(pages);
	return NULL;
}

static void start_threads(struct measurement *m, struct findings *f, struct clearer *clearers)
{
	const unsigned int count = m->point->vcpus;

	pthread_barrier_init(&f->barrier, NULL, count + 1);
	for (unsigned int i = 0; i < count; i++) {
		int r;

		clearers[i] = (struct clearer){ .m = m, .findings = f, .index = i };
		r = thread_start(&clearers[i].thread, clearer_main, &clearers[i]);
		if (r)
			fail("starting thread %u: %s; take fewer vcpus or raise the limit on processes",
			     i, strerror(r));
	}
	pthread_barrier_wait(&f->barrier);
	control_tell(m->point, CONTROL_FINE);
	f->begin_ticks = arch_ticks() + ticks_of_ns(START_AFTER_NS, m->clock_hz) +
			 count * ticks_of_ns(START_AFTER_NS_PER_THREAD, m->clock_hz);
	pthread_barrier_wait(&f->barrier);
}

static void sum_up(const struct measurement *m, struct findings *f, const struct clearer *clearers)
{
	uint64_t first = UINT64_MAX, last = 0;

	for (unsigned int i = 0; i < m->point->vcpus; i++) {
		const struct clearer *c = &clearers[i];
		const uint64_t ticks = c->end_ticks - c->begin_ticks;

		first = c->begin_ticks < first ? c->begin_ticks : first;
		last = c->end_ticks > last ? c->end_ticks : last;
		f->in_calls += ticks;
		f->calls += c->calls;
		if (ticks)
			f->rate_sum +=
				(double)m->point->pages * (double)m->ticks_hz / (double)ticks;
	}
	f->span = last - first;
}

static int64_t pages_present(const struct measurement *m)
{
	int64_t present = 0;

	if (!m->mode->is_present)
		return COUNT_UNKNOWN;
	for (unsigned int thread = 0; thread < m->point->vcpus; thread++)
		for (uint64_t i = 0; i < m->point->pages; i++)
			present += m->mode->is_present(m, page_of(m->point, thread, i));
	return present;
}

static void run(struct measurement *m)
{
	struct clearer *clearers = calloc(m->point->vcpus, sizeof(*clearers));
	struct findings *f = m->findings;

	if (!clearers)
		fail("no memory for %u threads", m->point->vcpus);
	start_threads(m, f, clearers);
	for (unsigned int i = 0; i < m->point->vcpus; i++)
		pthread_join(clearers[i].thread, NULL);
	control_tell(m->point, CONTROL_BOOT);
	pthread_barrier_destroy(&f->barrier);
	bookkeeping_read(&f->after);
	sum_up(m, f, clearers);
	f->present = pages_present(m);
	f->clear_bits = bitmap_clear_bits(m);
	free(clearers);
}

static void create(struct measurement *m)
{
	const struct point *p = m->point;
	struct findings *f = m->findings = calloc(1, sizeof(*f));

	if (!f)
		fail("no memory for findings");
	if (!m->mode->present)
		skip("mode %s cannot make pages present ahead of an access", mode_names[p->mode]);
	create_vm(m, 0, 0);
	memory_create_sparse(&m->memory, p->backing, p->fault, m->pages_total * PAGE_BYTES, false);
	bookkeeping_read(&f->before);
	create_mode_slot(m);
	bookkeeping_read(&f->armed);
}

static void check(const struct measurement *m)
{
	const struct findings *f = m->findings;
	const int64_t pages = (int64_t)point_pages_total(m->point);

	if (f->present != pages && f->present != COUNT_UNKNOWN)
		fail("%llu of %llu pages are present", (unsigned long long)f->present,
		     (unsigned long long)pages);
	/* Those beside them are not, which nobody has asked for. */
	if (bitmap_bytes(m) && f->clear_bits != (uint64_t)pages)
		fail("%llu bits of the bitmap are clear for %llu pages",
		     (unsigned long long)f->clear_bits, (unsigned long long)pages);
}

static void write_counts(FILE *out, const struct measurement *m)
{
	const struct findings *f = m->findings;
	const struct named_count counts[] = {
		{ "pages", (int64_t)point_pages_total(m->point) },
		{ "pages_present", f->present },
		{ "calls", (int64_t)f->calls },
		{ "bitmap_kib", (int64_t)(bitmap_bytes(m) / 1024) },
		{ "slab_armed_kib", f->armed.slab_kib - f->before.slab_kib },
		{ "slab_after_kib", f->after.slab_kib - f->before.slab_kib },
		{ "page_tables_kib", f->after.page_tables_kib - f->armed.page_tables_kib },
	};

	write_named(out, "clear", ROWS(counts));
}

static double write_times(FILE *out, const struct measurement *m, bool is_brief)
{
	const struct findings *f = m->findings;
	const double rate = (double)point_pages_total(m->point) * (double)m->ticks_hz /
			    (double)(f->span ? f->span : 1);

	(void)is_brief;
	fprintf(out, ",\"clear_times\":{\"rate_span\":%.1f,\"rate_sum\":%.1f,\"call_ns\":%.1f}",
		rate, f->rate_sum,
		(double)ns_of_ticks(f->in_calls, m->ticks_hz) / (double)f->calls);
	return rate;
}

const struct bench bench_clear = {
	.create = create,
	.run = run,
	.check = check,
	.write_counts = write_counts,
	.write_times = write_times,
};
