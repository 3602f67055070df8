// SPDX-License-Identifier: GPL-2.0-only
/* The life of a page: one fetch whoever comes, and nobody left asleep. */
#include "unit.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../harness/point/pages.h"
#include "fail_stub.h"

#define PAGES 4
#define THREADS 8

static _Atomic unsigned int wakes, resolves;
static unsigned int deferred, claimed;
static struct point point;

static void count_wake(struct measurement *m, uint64_t page)
{
	(void)m;
	(void)page;
	wakes++;
}

static void put_content(struct measurement *m, uint64_t page, const void *from, bool may_wake)
{
	(void)may_wake;
	resolves++;
	memcpy(m->memory.hva + page * PAGE_BYTES, from, PAGE_BYTES);
}

static void count_deferred(struct measurement *m, const struct vcpu *vcpu, uint64_t page,
			   bool is_claimed)
{
	(void)m;
	(void)vcpu;
	(void)page;
	deferred++;
	claimed += is_claimed;
}

static const struct mode mode = {
	.way = WAY_EXIT,
	.resolve = put_content,
	.wake = count_wake,
	.defer = count_deferred,
};

static void set_fetch(struct measurement *m, const char *text)
{
	struct fetch_spec spec;

	assert_int_equal(fetch_spec_parse(text, &spec), 0);
	fetch_init(&m->fetch, &spec, WAIT_SPIN, 1000000000, 1);
	m->fetch.is_spinning = false;
}

static int set_up(void **state)
{
	struct measurement *m = calloc(1, sizeof(*m));

	point_defaults(&point);
	point.pages = PAGES;
	m->point = &point;
	m->mode = &mode;
	m->pages_total = PAGES;
	m->grain_pages = 1;
	m->records = aligned_alloc(64, PAGES * sizeof(*m->records));
	memset(m->records, 0, PAGES * sizeof(*m->records));
	m->page_states = calloc(PAGES, sizeof(*m->page_states));
	m->memory.bytes = PAGES * PAGE_BYTES;
	m->memory.hva = mmap(NULL, m->memory.bytes, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	m->ticks_hz = 1000000000;
	memory_add_source(&m->memory, point.seed, NULL);
	set_fetch(m, "0");
	wakes = resolves = deferred = claimed = 0;
	*state = m;
	return m->memory.hva == MAP_FAILED;
}

static int tear_down(void **state)
{
	struct measurement *m = *state;

	memory_destroy(&m->memory);
	free(m->page_states);
	free(m->records);
	free(m);
	return 0;
}

static void *exit_on_page_0(void *arg)
{
	page_exit(arg, 0, 1, true, false);
	return NULL;
}

static void exits_on_one_page_make_one_fetch(void **state)
{
	struct measurement *m = *state;
	pthread_t threads[THREADS];

	/* Long enough for all threads to come while the first one fetches. */
	set_fetch(m, "50ms");
	for (unsigned int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, exit_on_page_0, m), 0);
	for (unsigned int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(m->fetches, 1);
	assert_int_equal(resolves, 1);
	assert_int_equal(m->told[WAY_EXIT], THREADS);
	assert_int_equal(m->populates, 0);
}

/* Where page tables go away: nobody fetches anew, and nobody is left asleep. */
static void pages_that_are_unmapped_are_mapped_again(void **state)
{
	struct measurement *m = *state;

	page_exit(m, 0, 1, true, false);
	m->memory.is_remapped = true;
	assert_false(page_event_begin(m, 0, 2));
	assert_false(page_event_begin(m, 0, 3));
	assert_int_equal(m->fetches, 1);
	assert_int_equal(resolves, 1);
	assert_int_equal(wakes, 2);
	assert_int_equal(m->remaps, 2);
	assert_int_equal(m->told[WAY_EVENT], 0);
	assert_true(page_event_begin(m, 1, 4));
	assert_int_equal(m->told[WAY_EVENT], 1);
}

static void finished_page_is_stamped_and_filled(void **state)
{
	struct measurement *m = *state;
	uint64_t base = content_base(point.seed, 2);

	page_exit(m, 2, 5, true, false);
	assert_int_equal(m->records[2].t1, 5);
	assert_true(m->records[2].t2 >= 5);
	assert_true(m->records[2].t3 >= m->records[2].t2);
	assert_memory_equal(m->memory.hva + 2 * PAGE_BYTES, &base, sizeof(base));
	assert_int_equal(m->records[1].t1, 0);
}

static void event_during_a_fetch_is_woken_at_its_end(void **state)
{
	struct measurement *m = *state;

	assert_true(page_event_begin(m, 1, 1));
	assert_false(page_event_begin(m, 1, 2));
	assert_int_equal(wakes, 0);
	page_finish(m, 1, 3, false);
	assert_int_equal(m->records[1].t2, 3);
	assert_int_equal(wakes, 1);
	assert_int_equal(m->fetches, 1);
	assert_int_equal(m->told[WAY_EVENT], 2);
}

static void event_after_a_fetch_is_woken_at_once(void **state)
{
	struct measurement *m = *state;

	page_exit(m, 1, 1, false, false);
	assert_int_equal(wakes, 0);
	assert_false(page_event_begin(m, 1, 2));
	assert_int_equal(wakes, 1);
	assert_int_equal(m->fetches, 1);
}

static void event_on_what_a_handler_resolved_needs_no_wake_up(void **state)
{
	struct measurement *m = *state;

	assert_true(page_event_begin(m, 1, 1));
	assert_false(page_event_begin(m, 1, 2));
	page_finish(m, 1, 3, true); /* wakes all by itself */
	assert_false(page_event_begin(m, 1, 3));
	assert_int_equal(wakes, 0);
}

static void present_page_is_populated_when_reported_again(void **state)
{
	struct measurement *m = *state;

	page_exit(m, 3, 1, false, false);
	/* Another vCPU that was late: the page is there now, it only has to try again. */
	page_exit(m, 3, 2, false, false);
	assert_int_equal(m->populates, 0);
	page_exit(m, 3, 3, false, true);
	assert_int_equal(m->populates, 1);
	assert_int_equal(m->fetches, 1);
}

static void page_that_cannot_be_had_is_no_endless_loop(void **state)
{
	struct measurement *m = *state;

	page_exit(m, 0, 1, false, false);
	munmap(m->memory.hva, PAGE_BYTES);
	assert_true(FAILS(page_exit(m, 0, 2, false, true)));
	assert_non_null(strstr(fail_message, "page 0"));
	page_exit(m, 1, 1, true, false);
	assert_true(FAILS(page_exit(m, 1, 2, true, true)));
	assert_non_null(strstr(fail_message, "attribute is clear"));
}

/* Whoever comes first has it fetched; a vCPU that has to wait does so for that. */
static void deferred_page_is_fetched_once(void **state)
{
	struct measurement *m = *state;
	const struct vcpu vcpu = { 0 };
	pthread_t thread;

	page_defer(m, &vcpu, 0, 7);
	page_defer(m, &vcpu, 0, 8);
	assert_int_equal(deferred, 2);
	assert_int_equal(claimed, 1);
	assert_int_equal(m->records[0].t1, 7);
	assert_int_equal(pthread_create(&thread, NULL, exit_on_page_0, m), 0);
	usleep(10000);
	assert_int_equal(resolves, 0);
	page_finish(m, 0, 9, false);
	pthread_join(thread, NULL);
	page_defer(m, &vcpu, 0, 10);
	assert_int_equal(claimed, 1);
	assert_int_equal(resolves, 1);
	assert_int_equal(m->fetches, 1);
	assert_int_equal(m->told[WAY_EXIT], 4);
	assert_int_equal(m->async_exits, 3);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(exits_on_one_page_make_one_fetch),
		TEST(pages_that_are_unmapped_are_mapped_again),
		TEST(finished_page_is_stamped_and_filled),
		TEST(event_during_a_fetch_is_woken_at_its_end),
		TEST(event_after_a_fetch_is_woken_at_once),
		TEST(event_on_what_a_handler_resolved_needs_no_wake_up),
		TEST(present_page_is_populated_when_reported_again),
		TEST(page_that_cannot_be_had_is_no_endless_loop),
		TEST(deferred_page_is_fetched_once),
	};

	return cmocka_run_group_tests_name("pages", tests, NULL, NULL);
}
