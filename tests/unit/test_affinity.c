// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "../../harness/point/affinity.h"
#include "fail_stub.h"

static cpu_set_t original;

static int keep(void **state)
{
	(void)state;
	return sched_getaffinity(0, sizeof(original), &original);
}

static int give_back(void **state)
{
	(void)state;
	return sched_setaffinity(0, sizeof(original), &original);
}

/* A CPU that this process may run on; the first, or the last. */
static int allowed_cpu(bool is_last)
{
	int found = -1;

	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, &original) && (found < 0 || is_last))
			found = cpu;
	return found;
}

static int pinned_to(void)
{
	cpu_set_t set;

	assert_int_equal(sched_getaffinity(0, sizeof(set), &set), 0);
	assert_int_equal(CPU_COUNT(&set), 1);
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, &set))
			return cpu;
	return -1;
}

static void empty_list_leaves_all(void **state)
{
	cpu_set_t set;

	(void)state;
	affinity_set("", 3);
	assert_int_equal(sched_getaffinity(0, sizeof(set), &set), 0);
	assert_true(CPU_EQUAL(&set, &original));
}

static void threads_take_turns(void **state)
{
	int first = allowed_cpu(false), last = allowed_cpu(true);
	char list[64];

	(void)state;
	snprintf(list, sizeof(list), "%d-%d,%d", first, first, last);
	affinity_set(list, 0);
	assert_int_equal(pinned_to(), first);
	give_back(NULL);
	affinity_set(list, 1);
	assert_int_equal(pinned_to(), last);
	give_back(NULL);
	affinity_set(list, 2);
	assert_int_equal(pinned_to(), first);
}

static void malformed_lists_fail(void **state)
{
	static const char *const lists[] = { "a", "-1", "3-1", "1-", "0,,1", "0-99999999", "1x" };

	(void)state;
	for (volatile size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		assert_true(FAILS(affinity_set(lists[i], 0)));
		assert_non_null(strstr(fail_message, "malformed"));
	}
}

static void cpu_that_is_not_there_fails(void **state)
{
	(void)state;
	assert_true(FAILS(affinity_set("1023", 0)));
	assert_non_null(strstr(fail_message, "CPU 1023"));
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, keep, give_back)
	const struct CMUnitTest tests[] = {
		TEST(empty_list_leaves_all),
		TEST(threads_take_turns),
		TEST(malformed_lists_fail),
		TEST(cpu_that_is_not_there_fails),
	};

	return cmocka_run_group_tests_name("affinity", tests, NULL, NULL);
}
