// SPDX-License-Identifier: GPL-2.0-only
/* Turns that change nothing, of CPUs whose state is what the test says. */
#include "unit.h"

#include <string.h>

#include "../../harness/manycore/cpu_state.h"
#include "../../harness/manycore/waiting.h"

#define CPU 3
#define LENGTH 500
#define SPIN 20 /* instructions of a turn */

static uint8_t bytes[CPU_STATE_BYTES];
static bool is_to_exit;
static uint64_t holders[5];

int cpu_state_find_exit_mark(void)
{
	return 0;
}

const uint8_t *cpu_state_bytes(unsigned int cpu)
{
	assert_int_equal(cpu, CPU);
	return bytes;
}

bool cpu_state_is_to_exit(unsigned int cpu)
{
	assert_int_equal(cpu, CPU);
	return is_to_exit;
}

static void turn(void)
{
	waiting_read(&holders[0], 1 << CPU);
	waiting_read(&holders[1], 1 << CPU);
	waiting_pause();
	waiting_turn_ended(CPU, SPIN);
}

static int spin(void **state)
{
	static bool is_ready;

	(void)state;
	memset(bytes, 0, sizeof(bytes));
	is_to_exit = false;
	for (size_t i = 0; i < 5; i++)
		holders[i] = ~0u;
	if (!is_ready && waiting_init(CPU + 1))
		return -1;
	is_ready = true;
	waiting_forget();
	turn();
	turn();
	return 0;
}

static void a_turn_like_the_one_before_is_repeated(void **state)
{
	(void)state;
	assert_true(waiting_repeats(CPU, LENGTH));
	assert_true(waiting_repeats(CPU, LENGTH));
}

static void one_turn_says_nothing(void **state)
{
	(void)state;
	waiting_disturb();
	turn();
	assert_false(waiting_repeats(CPU, LENGTH));
	turn();
	assert_false(waiting_repeats(CPU, LENGTH));
	turn();
	assert_true(waiting_repeats(CPU, LENGTH));
}

static void a_write_of_another_cpu_ends_it(void **state)
{
	(void)state;
	holders[1] = 1;
	assert_false(waiting_repeats(CPU, LENGTH));
}

static void an_interrupt_ends_it(void **state)
{
	(void)state;
	is_to_exit = true;
	assert_false(waiting_repeats(CPU, LENGTH));
}

static void a_slice_must_be_long_enough(void **state)
{
	(void)state;
	assert_true(waiting_repeats(CPU, SPIN + 1));
	assert_false(waiting_repeats(CPU, SPIN));
}

static void who_counts_does_not_repeat(void **state)
{
	(void)state;
	bytes[CPU_STATE_BYTES - 1]++;
	turn();
	assert_false(waiting_repeats(CPU, LENGTH));
}

static void who_is_cut_short_does_not_repeat(void **state)
{
	(void)state;
	waiting_read(&holders[0], 1 << CPU);
	waiting_turn_ended(CPU, SPIN);
	assert_false(waiting_repeats(CPU, LENGTH));
}

static void reads_of_many_lines_are_not_followed(void **state)
{
	(void)state;
	for (unsigned int times = 0; times < 2; times++) {
		for (size_t i = 0; i < 5; i++)
			waiting_read(&holders[i], 1 << CPU);
		assert_true(waiting_is_disturbed());
		waiting_pause();
		waiting_turn_ended(CPU, SPIN);
	}
	assert_false(waiting_repeats(CPU, LENGTH));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, spin)
	const struct CMUnitTest tests[] = {
		TEST(a_turn_like_the_one_before_is_repeated),
		TEST(one_turn_says_nothing),
		TEST(a_write_of_another_cpu_ends_it),
		TEST(an_interrupt_ends_it),
		TEST(a_slice_must_be_long_enough),
		TEST(who_counts_does_not_repeat),
		TEST(who_is_cut_short_does_not_repeat),
		TEST(reads_of_many_lines_are_not_followed),
	};

	return cmocka_run_group_tests_name("waiting", tests, NULL, NULL);
}
