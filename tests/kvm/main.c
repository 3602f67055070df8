// SPDX-License-Identifier: GPL-2.0-only
/*
 * kvm-tests [NAME...]: runs the tests whose names contain one of the given
 * words, or all, and reports in KTAP: to stdout, or to the serial port for
 * records as PID 1 of a VM, which it then powers off. Exits with 0, 1 when a test has
 * failed, 2 when no test has such a name, 4 when all were skipped.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "../../harness/point/arch.h"
#include "test.h"

#define TIME_LIMIT_S 5 /* where instructions are counted, one that spins takes far longer */
#define REASON_BYTES 2048

enum { EXIT_OK, EXIT_FAILED, EXIT_USAGE, EXIT_SKIPPED = 4 };

static const struct kvm_test *const tables[] = {
	harness_tests,	      memory_fault_tests, exit_on_missing_tests, userfault_tests,
	userfault_slot_tests, huge_page_tests,	  guest_memfd_tests,	 accessor_tests,
	two_vcpu_tests,	      arch_tests,
};

#define TABLES (sizeof(tables) / sizeof(tables[0]))

/* Where the process that runs a test writes why it has not passed. */
static int reason_fd = -1;

static void end_test(bool is_skip, const char *reason)
{
	ssize_t written = write(reason_fd, reason, strlen(reason));

	_exit(written < 0 ? EXIT_USAGE : is_skip ? EXIT_SKIPPED : EXIT_FAILED);
}

/* All that comes until the other end is closed, on one line. */
static void read_reason(int fd, char *reason, size_t size)
{
	size_t length = 0;
	ssize_t n;

	while (length < size - 1 && (n = read(fd, reason + length, size - 1 - length)) != 0) {
		if (n < 0 && errno != EINTR)
			break;
		if (n > 0)
			length += n;
	}
	reason[length] = '\0';
	for (char *c = reason; (c = strpbrk(c, "\r\n#")) != NULL; c++)
		*c = ' ';
}

/* Runs a function in a child; returns its wait status, and its reason if it gives one. */
static int run_in_child(void (*run)(void), char *reason, size_t size)
{
	int pipe_fds[2], status;
	pid_t pid;

	if (pipe(pipe_fds))
		goto error;
	fflush(stdout);
	pid = fork();
	if (pid < 0)
		goto error;
	if (pid == 0) {
		close(pipe_fds[0]);
		reason_fd = pipe_fds[1];
		alarm(TIME_LIMIT_S);
		run();
		_exit(EXIT_OK);
	}
	close(pipe_fds[1]);
	read_reason(pipe_fds[0], reason, size);
	close(pipe_fds[0]);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			goto error;
	return status;
error:
	perror("kvm-tests: cannot run a test in a process of its own");
	exit(EXIT_USAGE);
}

void run_to_failure(void (*run)(void), char *reason, size_t size)
{
	int status = run_in_child(run, reason, size);

	if (!WIFEXITED(status) || WEXITSTATUS(status) != EXIT_FAILED)
		fail("ended with wait status %#x (%s) instead of a failure", status, reason);
}

static int run_test(unsigned int number, const struct kvm_test *test)
{
	char reason[REASON_BYTES];
	int status = run_in_child(test->run, reason, sizeof(reason));

	if (WIFSIGNALED(status)) {
		if (WTERMSIG(status) == SIGALRM)
			snprintf(reason, sizeof(reason), "not finished after %d s", TIME_LIMIT_S);
		else
			snprintf(reason, sizeof(reason), "killed by signal %d (%s)",
				 WTERMSIG(status), strsignal(WTERMSIG(status)));
		status = EXIT_FAILED;
	} else {
		status = WEXITSTATUS(status);
	}

	switch (status) {
	case EXIT_OK:
		printf("ok %u %s\n", number, test->name);
		break;
	case EXIT_SKIPPED:
		printf("ok %u %s # SKIP %s\n", number, test->name, reason);
		break;
	default:
		printf("# %s: %s\nnot ok %u %s\n", test->name, reason, number, test->name);
		status = EXIT_FAILED;
	}
	fflush(stdout);
	return status;
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

static int run_tests(char **words)
{
	unsigned int planned = 0, number = 0, failed = 0, skipped = 0;

	for (size_t i = 0; i < TABLES; i++)
		for (const struct kvm_test *test = tables[i]; test->name; test++)
			planned += is_wanted(test, words);
	printf("KTAP version 1\n1..%u\n", planned);
	if (!planned) {
		printf("Bail out! no test has such a name\n");
		return EXIT_USAGE;
	}
	for (size_t i = 0; i < TABLES; i++) {
		for (const struct kvm_test *test = tables[i]; test->name; test++) {
			int status;

			if (!is_wanted(test, words))
				continue;
			status = run_test(++number, test);
			failed += status == EXIT_FAILED;
			skipped += status == EXIT_SKIPPED;
		}
	}
	if (failed)
		return EXIT_FAILED;
	return skipped == planned ? EXIT_SKIPPED : EXIT_OK;
}

static void set_up_vm(void)
{
	struct termios raw;

	/* The initramfs has no more than /dev/console. */
	mkdir("/sys", 0755);
	if (mount("devtmpfs", "/dev", "devtmpfs", 0, NULL) ||
	    mount("sysfs", "/sys", "sysfs", 0, NULL))
		perror("kvm-tests: cannot mount /dev and /sys");
	if (!freopen(RECORD_TTY, "w", stdout)) {
		perror("kvm-tests: cannot open " RECORD_TTY);
		reboot(RB_POWER_OFF);
	}
	if (!tcgetattr(STDOUT_FILENO, &raw)) {
		cfmakeraw(&raw);
		tcsetattr(STDOUT_FILENO, TCSANOW, &raw);
	}
}

int main(int argc, char **argv)
{
	const bool is_init = getpid() == 1;
	int status;

	(void)argc;
	fail_set_handler(end_test);
	if (is_init)
		set_up_vm();
	status = run_tests(argv + 1);
	fflush(stdout);
	if (!is_init)
		return status;
	tcdrain(STDOUT_FILENO);
	reboot(RB_POWER_OFF);
	return EXIT_FAILED;
}
