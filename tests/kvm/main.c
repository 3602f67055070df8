// SPDX-License-Identifier: GPL-2.0-only
/*
 * kvm-tests [NAME...]: runs the tests whose names contain one of the given
 * words, or all, and reports in KTAP: to stdout, or to the serial port for
 * records as PID 1 of a VM, which it then powers off. Exits with 0, 1 when a test has
 * failed, 2 when no test has such a name, 4 when all were skipped. A test may take 5 s, or what
 * TIME_LIMIT_S in the environment says, where the kernel puts what stands so on its command line.
 */
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../harness/point/supervise.h"
#include "test.h"

#define TIME_LIMIT_S 5u /* where instructions are counted, one that spins takes far longer */
#define REASON_BYTES 2048

enum { EXIT_OK, EXIT_FAILED, EXIT_USAGE, EXIT_SKIPPED = 4 };

static unsigned int time_limit_s = TIME_LIMIT_S;

static const struct kvm_test *const tables[] = {
	harness_tests,		memory_fault_tests,	  exit_on_missing_tests,
	userfault_tests,	userfault_slot_tests,	  huge_page_tests,
	guest_memfd_tests,	mapped_guest_memfd_tests, switching_tests,
	accessor_tests,		attribute_ioctl_tests,	  attribute_tests,
	attribute_access_tests, private_attribute_tests,  two_vcpu_tests,
	freeze_tests,		uffd_queue_tests,
};

#define TABLES (sizeof(tables) / sizeof(tables[0]))

/* Those, and then the architecture's; NULL after the last one. */
static const struct kvm_test *table(size_t i)
{
	return i < TABLES ? tables[i] : arch_tables[i - TABLES];
}

/* Where the process that runs a test writes why it has not passed; NULL outside of it. */
static FILE *reason_out;

static void end_test(bool is_skip, const char *reason)
{
	if (!reason_out) {
		fprintf(stderr, "kvm-tests: %s\n", reason);
		_exit(EXIT_USAGE);
	}
	fputs(reason, reason_out);
	_exit(fflush(reason_out) ? EXIT_USAGE : is_skip ? EXIT_SKIPPED : EXIT_FAILED);
}

void note(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vfprintf(reason_out, format, args);
	va_end(args);
}

static void run_in_time(void *arg, FILE *out)
{
	void (*const *run)(void) = arg;

	reason_out = out;
	alarm(time_limit_s);
	(*run)();
}

/* Runs a function in a child; returns its wait status, and its reason, on one line, if it gives one. */
static int run_in_child(void (*run)(void), char *reason, size_t size)
{
	char *output;
	int status = supervise_run(run_in_time, &run, &output);

	snprintf(reason, size, "%s", output);
	free(output);
	for (char *c = reason; (c = strpbrk(c, "\r\n#")) != NULL; c++)
		*c = ' ';
	return status;
}

void run_to_failure(void (*run)(void), char *reason, size_t size)
{
	int status = run_in_child(run, reason, size);

	if (!WIFEXITED(status) || WEXITSTATUS(status) != EXIT_FAILED)
		fail("ended with wait status %#x (%s) instead of a failure", status, reason);
}

/* A test that is killed has no reason of its own. */
static void explain_signal(int signal, char *reason, size_t size)
{
	if (signal == SIGALRM)
		snprintf(reason, size, "not finished after %u s", time_limit_s);
	else
		snprintf(reason, size, "killed by signal %d (%s)", signal, strsignal(signal));
}

static int run_test(unsigned int number, const struct kvm_test *test, FILE *out)
{
	char reason[REASON_BYTES];
	int status = run_in_child(test->run, reason, sizeof(reason));
	int code = WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILED;

	if (WIFSIGNALED(status))
		explain_signal(WTERMSIG(status), reason, sizeof(reason));
	if (code == EXIT_OK) {
		if (reason[0])
			fprintf(out, "# %s: %s\n", test->name, reason);
		fprintf(out, "ok %u %s\n", number, test->name);
	} else if (code == EXIT_SKIPPED) {
		fprintf(out, "ok %u %s # SKIP %s\n", number, test->name, reason);
	} else {
		fprintf(out, "# %s: %s\nnot ok %u %s\n", test->name, reason, number, test->name);
		code = EXIT_FAILED;
	}
	fflush(out);
	return code;
}

static bool is_wanted(const struct kvm_test *test, char **words)
{
	if (!words[0])
		return true;
	for (; words[0]; words++)
		if (strstr(test->name, words[0]))
			return true;
	return false;
}

static int run_tests(char **words, FILE *out)
{
	unsigned int planned = 0, number = 0, failed = 0, skipped = 0;

	for (size_t i = 0; table(i); i++)
		for (const struct kvm_test *test = table(i); test->name; test++)
			planned += is_wanted(test, words);
	fprintf(out, "KTAP version 1\n1..%u\n", planned);
	if (!planned) {
		fprintf(out, "Bail out! no test has such a name\n");
		return EXIT_USAGE;
	}
	for (size_t i = 0; table(i); i++) {
		for (const struct kvm_test *test = table(i); test->name; test++) {
			int status;

			if (!is_wanted(test, words))
				continue;
			status = run_test(++number, test, out);
			failed += status == EXIT_FAILED;
			skipped += status == EXIT_SKIPPED;
		}
	}
	if (failed)
		return EXIT_FAILED;
	return skipped == planned ? EXIT_SKIPPED : EXIT_OK;
}

int main(int argc, char **argv)
{
	const bool is_init = supervise_is_init();
	FILE *results = is_init ? supervise_init() : stdout;
	const char *limit = getenv("TIME_LIMIT_S");
	int status = EXIT_FAILED;

	(void)argc;
	if (limit)
		time_limit_s = (unsigned int)strtoul(limit, NULL, 10);
	fail_set_handler(end_test);
	if (results)
		status = run_tests(argv + 1, results);
	if (is_init)
		supervise_power_off(results);
	fflush(stdout);
	return status;
}
