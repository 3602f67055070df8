// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include <sys/mman.h>

#include "../../harness/point/draw.h"
#include "../../harness/point/memory.h"

#define THREADS 64u

static struct point point;
static struct measurement m;

static int set_up(void **state)
{
	(void)state;
	point = (struct point){
		.tier = TIER_SIMULATED, .vcpus = THREADS, .cpus = THREADS, .draws = 5, .seed = 1
	};
	m = (struct measurement){ .point = &point };
	return 0;
}

/* How many pages a thread took: those that are there are the first ones. */
static unsigned int taken(enum draw_thread kind, unsigned int index)
{
	unsigned char is_there[DRAW_PAGES];
	void *pages = draw_take_pages(&m, kind, index);
	unsigned int n = 0;

	assert_non_null(pages);
	assert_int_equal(mincore(pages, (size_t)DRAW_PAGES * PAGE_BYTES, is_there), 0);
	while (n < DRAW_PAGES && is_there[n] & 1)
		n++;
	draw_give_pages(pages);
	return n;
}

static void take(unsigned int counts[THREADS], enum draw_thread kind)
{
	for (unsigned int i = 0; i < THREADS; i++)
		counts[i] = taken(kind, i);
}

/* Of 64 threads, two in the mean come to a lock with the same page of a batch of 31, not all. */
static void threads_are_out_of_step(void **state)
{
	unsigned int counts[THREADS], of_a_batch[DRAW_PAGES / 2] = { 0 };

	(void)state;
	take(counts, DRAW_VCPU);
	for (unsigned int i = 0; i < THREADS; i++) {
		assert_true(counts[i] < DRAW_PAGES);
		of_a_batch[counts[i] % (DRAW_PAGES / 2)]++;
	}
	for (unsigned int i = 0; i < DRAW_PAGES / 2; i++)
		assert_true(of_a_batch[i] <= 6);
}

static void draws_kinds_and_seeds_differ_and_repeat(void **state)
{
	unsigned int first[THREADS], other[THREADS];

	(void)state;
	take(first, DRAW_VCPU);
	take(other, DRAW_HANDLER);
	assert_memory_not_equal(first, other, sizeof(first));
	m.draw = 1;
	take(other, DRAW_VCPU);
	assert_memory_not_equal(first, other, sizeof(first));
	m.draw = 0;
	point.seed = 2;
	take(other, DRAW_VCPU);
	assert_memory_not_equal(first, other, sizeof(first));
	point.seed = 1;
	take(other, DRAW_VCPU);
	assert_memory_equal(first, other, sizeof(first));
}

/* Of one simulated CPU, and of a real machine, where CPUs are out of step as it is. */
static void others_take_none(void **state)
{
	(void)state;
	point.cpus = 1;
	assert_null(draw_take_pages(&m, DRAW_VCPU, 0));
	draw_give_pages(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(threads_are_out_of_step, set_up),
		cmocka_unit_test_setup(draws_kinds_and_seeds_differ_and_repeat, set_up),
		cmocka_unit_test_setup(others_take_none, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
