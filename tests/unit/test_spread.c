// SPDX-License-Identifier: GPL-2.0-only
/* Medians, and how sure they are. */
#include "unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../../harness/run/base/util.h"
#include "../../harness/run/report/spread.h"

static void draws_lie_between_least_and_most(void **state)
{
	double odd[] = { 3, 1, 2 }, even[] = { 4, 1, 2, 8 };
	struct spread spread = spread_of(odd, 3);

	(void)state;
	assert_true(spread.median == 2 && spread.low == 1 && spread.high == 3);
	assert_false(spread.is_of_blocks);
	spread = spread_of(even, 4);
	assert_true(spread.median == 3 && spread.low == 1 && spread.high == 8);
	assert_true(spread_percent(&spread) == 350.0 / 3);
}

static void few_blocks_have_what_interval_they_can(void **state)
{
	double one[] = { 5 }, two[] = { 7, 5 }, same[] = { 4, 4, 4 };
	struct spread spread = spread_of_blocks(one, 1);

	(void)state;
	assert_true(spread.known && spread.is_of_blocks);
	assert_true(spread.median == 5 && spread.low == 5 && spread.high == 5);
	spread = spread_of_blocks(two, 2);
	assert_true(spread.median == 6 && spread.low == 5 && spread.high == 7);
	spread = spread_of_blocks(same, 3);
	assert_true(spread.median == 4 && spread.low == 4 && spread.high == 4);
}

/* One that is far off moves the median, and its interval, as little as one that is just above it. */
static void an_outlier_is_left_out(void **state)
{
	double values[] = { 100, 101, 99, 102, 98, 103, 97, 100, 101, 9000 };
	struct spread spread = spread_of_blocks(values, 10);

	(void)state;
	assert_true(spread.median == 100.5);
	assert_true(spread.low >= 98 && spread.high <= 103);
	assert_true(spread.low < spread.median && spread.median < spread.high);
}

static double uniform(uint64_t *state)
{
	return (double)(prng_next(state) >> 11) / (double)(1ull << 53);
}

/* Of a normal distribution with median 0: Box and Muller. */
static double normal(uint64_t *state)
{
	double radius = sqrt(-2 * log(1 - uniform(state)));

	return radius * cos(2 * M_PI * uniform(state));
}

#define SAMPLES 400

/* How many of the samples' intervals hold the median of what they are taken from. */
static unsigned int covered(size_t count, uint64_t seed)
{
	unsigned int hits = 0;
	double values[64];

	for (unsigned int sample = 0; sample < SAMPLES; sample++) {
		struct spread spread;

		for (size_t i = 0; i < count; i++)
			values[i] = normal(&seed);
		spread = spread_of_blocks(values, count);
		hits += spread.low <= 0 && 0 <= spread.high;
	}
	return hits;
}

static void intervals_hold_the_median_as_often_as_they_say(void **state)
{
	(void)state;
	assert_in_range(covered(10, 1), SAMPLES * 90 / 100, SAMPLES * 98 / 100);
	assert_in_range(covered(11, 2), SAMPLES * 90 / 100, SAMPLES * 98 / 100);
	assert_in_range(covered(40, 3), SAMPLES * 90 / 100, SAMPLES * 98 / 100);
	/* And of three do not, which is what tables warn of. */
	assert_true(covered(3, 4) < SAMPLES * 90 / 100);
}

static void the_same_values_have_the_same_interval(void **state)
{
	double a[] = { 9, 2, 5, 4, 7, 1, 8, 3, 6, 10 }, b[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 };
	struct spread x = spread_of_blocks(a, 10), y = spread_of_blocks(b, 10);

	(void)state;
	assert_true(x.low == y.low && x.high == y.high && x.median == y.median);
	assert_true(x.low < x.median && x.median < x.high);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(draws_lie_between_least_and_most),
		cmocka_unit_test(few_blocks_have_what_interval_they_can),
		cmocka_unit_test(an_outlier_is_left_out),
		cmocka_unit_test(intervals_hold_the_median_as_often_as_they_say),
		cmocka_unit_test(the_same_values_have_the_same_interval),
	};

	return cmocka_run_group_tests_name("spread", tests, NULL, NULL);
}
