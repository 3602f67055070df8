// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "../../harness/point/stats.h"

static void percentile_is_nearest_rank(void **state)
{
	const uint64_t five[] = { 10, 20, 30, 40, 50 };
	const uint64_t one[] = { 7 };

	(void)state;
	assert_int_equal(stats_percentile(five, 5, 0), 10);
	assert_int_equal(stats_percentile(five, 5, 200), 10);
	assert_int_equal(stats_percentile(five, 5, 201), 20);
	assert_int_equal(stats_percentile(five, 5, 500), 30);
	assert_int_equal(stats_percentile(five, 5, 990), 50);
	assert_int_equal(stats_percentile(five, 5, 1000), 50);
	assert_int_equal(stats_percentile(one, 1, 1), 7);
	assert_int_equal(stats_percentile(one, 1, 999), 7);
}

static void summary_of_a_thousand(void **state)
{
	uint64_t values[1000];
	struct stats s;

	(void)state;
	/* 1..1000 in an order that is not sorted: 7 is coprime to 1000. */
	for (unsigned int i = 0; i < 1000; i++)
		values[i] = i * 7 % 1000 + 1;
	stats_sort(values, 1000);
	stats_summarize(&s, values, 1000);
	assert_int_equal(s.min, 1);
	assert_int_equal(s.p50, 500);
	assert_int_equal(s.p90, 900);
	assert_int_equal(s.p99, 990);
	assert_int_equal(s.p999, 999);
	assert_int_equal(s.max, 1000);
	assert_true(s.mean == 500.5);
}

static void sorting_spans_all_64_bits(void **state)
{
	uint64_t values[] = { UINT64_MAX, 0, 1ull << 63, 1ull << 32, 5 };
	const uint64_t sorted[] = { 0, 5, 1ull << 32, 1ull << 63, UINT64_MAX };

	(void)state;
	stats_sort(values, 5);
	assert_memory_equal(values, sorted, sizeof(sorted));
}

static void buckets_are_narrow_and_do_not_overlap(void **state)
{
	uint64_t value = 0;

	(void)state;
	while (value < 1ull << 40) {
		uint64_t upper = stats_bucket_upper(value);

		/* value is the lowest of its bucket here: the one before ended below it. */
		assert_true(upper >= value);
		assert_true(upper - value <= value >> STATS_SUB_BITS);
		assert_int_equal(stats_bucket_upper(upper), upper);
		assert_int_equal(stats_bucket_upper(value + (upper - value) / 2), upper);
		value = upper + 1;
	}
	assert_int_equal(stats_bucket_upper(UINT64_MAX), UINT64_MAX);
}

static void small_values_have_buckets_of_their_own(void **state)
{
	(void)state;
	for (uint64_t value = 0; value < 2u << STATS_SUB_BITS; value++)
		assert_int_equal(stats_bucket_upper(value), value);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(percentile_is_nearest_rank),
		cmocka_unit_test(summary_of_a_thousand),
		cmocka_unit_test(sorting_spans_all_64_bits),
		cmocka_unit_test(buckets_are_narrow_and_do_not_overlap),
		cmocka_unit_test(small_values_have_buckets_of_their_own),
	};

	return cmocka_run_group_tests_name("stats", tests, NULL, NULL);
}
