// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../../harness/point/pulse.h"

static void sleep_ms(unsigned int ms)
{
	const struct timespec wait = { .tv_nsec = ms * 1000000l };

	nanosleep(&wait, NULL);
}

/* In ms, at most 254; 255: it could not be told. The pipe says when it counts. */
static int late_ms(int begun)
{
	struct pulse pulse;
	uint64_t late_ns;

	if (pulse_start(&pulse))
		return 255;
	sleep_ms(50);
	pulse_reset(&pulse);
	if (write(begun, "", 1) != 1)
		return 255;
	sleep_ms(100);
	late_ns = pulse_late_ns(&pulse);
	pulse_stop(&pulse);
	return late_ns < 254000000 ? (int)(late_ns / 1000000) : 254;
}

/* A process that is stopped in its middle for so long; what it says of that. */
static int late_when_stopped_ms(unsigned int stop_ms)
{
	int ends[2], status;
	char byte;
	pid_t pid;

	assert_int_equal(pipe(ends), 0);
	pid = fork();
	if (!pid)
		_exit(late_ms(ends[1]));
	assert_int_equal(read(ends[0], &byte, 1), 1);
	if (stop_ms) {
		kill(pid, SIGSTOP);
		sleep_ms(stop_ms);
		kill(pid, SIGCONT);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	close(ends[0]);
	close(ends[1]);
	return WEXITSTATUS(status);
}

static void a_stop_is_noticed(void **state)
{
	(void)state;
	assert_in_range(late_when_stopped_ms(250), 150, 254);
}

/* Also on a machine that is busy with other things and lets others wait for a while. */
static void a_process_that_runs_is_not_late(void **state)
{
	(void)state;
	assert_in_range(late_when_stopped_ms(0), 0, 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stop_is_noticed),
		cmocka_unit_test(a_process_that_runs_is_not_late),
	};

	return cmocka_run_group_tests_name("pulse", tests, NULL, NULL);
}
