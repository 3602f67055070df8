// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>
#include <unistd.h>

#include "../../harness/point/cpu_time.h"
#include "../../harness/time_units.h"

#define WORK_NS 5000000u

static atomic_bool is_done;

/* By the clock of this very thread. */
static void work(void)
{
	struct timespec used;
	uint64_t end_ns = cpu_time_ns(pthread_self()) + WORK_NS;

	do
		clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
	while ((uint64_t)used.tv_sec * NS_PER_S + used.tv_nsec < end_ns);
}

static void *work_then_sleep(void *arg)
{
	(void)arg;
	work();
	atomic_store(&is_done, true);
	pause();
	return NULL;
}

static void own_time_is_the_threads(void **state)
{
	uint64_t before_ns = cpu_time_ns(pthread_self());

	(void)state;
	assert_true(before_ns > 0);
	work();
	assert_true(cpu_time_ns(pthread_self()) - before_ns >= WORK_NS);
}

static void others_are_told_apart(void **state)
{
	const struct timespec ms = { .tv_nsec = 1000000 };
	pthread_t thread;
	uint64_t used_ns;

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, work_then_sleep, NULL), 0);
	while (!atomic_load(&is_done))
		nanosleep(&ms, NULL);
	/* It takes a little to fall asleep; then nothing is added any more. */
	nanosleep(&ms, NULL);
	used_ns = cpu_time_ns(thread);
	assert_true(used_ns >= WORK_NS);
	work();
	assert_in_range(cpu_time_ns(thread), used_ns, used_ns + WORK_NS / 2);
	pthread_cancel(thread);
	pthread_join(thread, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(own_time_is_the_threads),
		cmocka_unit_test(others_are_told_apart),
	};

	return cmocka_run_group_tests_name("cpu_time", tests, NULL, NULL);
}
