// SPDX-License-Identifier: GPL-2.0-only
/*
 * PID 1 of a VM, called with a time limit and a number of lines: runs the programs that /tests names,
 * a line each with their arguments, but for as many lines, one after another, and powers off. What they
 * print goes to the console; around it, this prints
 *
 *	selftest: begin NAME...
 *	selftest: end exit CODE|signal NUMBER|slow|warning
 *
 * "slow" is a program that was still running after the time limit, in seconds of the VM's clock,
 * "warning" one during which the kernel has warned of itself.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define LINE_BYTES 512
#define WORDS 16
#define TAINT_WARN (1ul << 9) /* the kernel's own number, see its admin-guide/tainted-kernels.rst */

static void mount_all(void)
{
	static const char *const types[] = { "devtmpfs", "proc", "sysfs", "tmpfs", "tmpfs" };
	/* The last one is where semaphores are. */
	static const char *const places[] = { "/dev", "/proc", "/sys", "/tmp", "/dev/shm" };

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		mkdir(places[i], 0755); /* there already, or mount says so */
		if (mount(types[i], places[i], types[i], 0, NULL))
			printf("mount %s: %s\n", places[i], strerror(errno));
	}
}

static bool kernel_has_warned(void)
{
	unsigned long taint = 0;
	FILE *file = fopen("/proc/sys/kernel/tainted", "r");

	if (file) {
		if (fscanf(file, "%lu", &taint) != 1)
			taint = TAINT_WARN;
		fclose(file);
	}
	return taint & TAINT_WARN;
}

static _Noreturn void run_program(char *line)
{
	char *words[WORDS + 1] = { strtok(line, " ") };

	for (int i = 1; i < WORDS && words[i - 1]; i++)
		words[i] = strtok(NULL, " ");
	setsid();
	execv(words[0], words);
	printf("%s: %s\n", words[0], strerror(errno));
	fflush(stdout);
	_exit(127);
}

/* Waits for a child, but not for ever; false if it is still running then. */
static bool ends_in_time(pid_t pid, int *status, time_t limit_s, const sigset_t *child_ended)
{
	struct timespec now, end;

	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += limit_s;
	for (;;) {
		struct timespec left = { .tv_sec = 1 };

		if (waitpid(pid, status, WNOHANG) == pid)
			return true;
		clock_gettime(CLOCK_MONOTONIC, &now);
		if (now.tv_sec >= end.tv_sec)
			return false;
		sigtimedwait(child_ended, NULL, &left);
	}
}

static void run_test(char *line, time_t limit_s)
{
	const bool had_warned = kernel_has_warned();
	sigset_t child_ended;
	int status = 0;
	bool is_in_time;
	pid_t pid;

	sigemptyset(&child_ended);
	sigaddset(&child_ended, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child_ended, NULL);
	printf("selftest: begin %s\n", line);
	fflush(stdout);
	pid = fork();
	if (!pid) {
		sigprocmask(SIG_UNBLOCK, &child_ended, NULL);
		run_program(line);
	}
	is_in_time = ends_in_time(pid, &status, limit_s, &child_ended);
	/* And whatever it has left behind. */
	kill(-1, SIGKILL);
	while (wait(NULL) > 0 || errno == EINTR)
		;
	/* On a line of its own, whatever the program has printed last. */
	if (!is_in_time)
		printf("\nselftest: end slow\n");
	else if (kernel_has_warned() && !had_warned)
		printf("\nselftest: end warning\n");
	else if (WIFSIGNALED(status))
		printf("\nselftest: end signal %d\n", WTERMSIG(status));
	else
		printf("\nselftest: end exit %d\n", WEXITSTATUS(status));
	fflush(stdout);
}

int main(int argc, char **argv)
{
	FILE *tests = fopen("/tests", "r");
	const time_t limit_s = argc > 1 ? atol(argv[1]) : 0;
	long left_out = argc > 2 ? atol(argv[2]) : 0;
	char line[LINE_BYTES];

	mount_all();
	while (tests && fgets(line, sizeof(line), tests)) {
		line[strcspn(line, "\n")] = '\0';
		if (left_out-- <= 0)
			run_test(line, limit_s);
	}
	printf("selftest: done\n");
	fflush(stdout);
	sync();
	reboot(RB_POWER_OFF);
	return 1; /* PID 1 must not end; the kernel panics and QEMU exits */
}
