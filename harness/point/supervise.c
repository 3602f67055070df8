// SPDX-License-Identifier: GPL-2.0-only
#include "supervise.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "arch.h"
#include "fail.h"

#define DESCRIPTORS_MAX (1u << 20) /* the kernel's default for fs.nr_open */

bool supervise_is_init(void)
{
	return getpid() == 1;
}

/*
 * Simulated hosts boot with one CPU: each time the kernel patches its code all CPUs are
 * interrupted, which it does hundreds of times until it gets here. That is most of
 * the boot of a machine with many CPUs. A CPU that fails to come up is missed by who
 * is to run on it.
 */
static void bring_up_cpus(void)
{
	char path[64];
	int fd;

	for (int cpu = 1;; cpu++) {
		snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%d/online", cpu);
		fd = open(path, O_WRONLY | O_CLOEXEC);
		if (fd < 0)
			return;
		if (write(fd, "1", 1) != 1)
			fprintf(stderr, "bring up CPU %d: %s\n", cpu, strerror(errno));
		close(fd);
	}
}

/* A point may have as many userfaultfds, and queues of each, as vCPUs; init begins with 4096 in all. */
static void raise_descriptor_limit(void)
{
	const struct rlimit limit = { DESCRIPTORS_MAX, DESCRIPTORS_MAX };

	if (setrlimit(RLIMIT_NOFILE, &limit))
		fprintf(stderr, "setrlimit: %s\n", strerror(errno));
}

FILE *supervise_init(void)
{
	static const char *const types[] = { "devtmpfs", "proc", "sysfs" };
	static const char *const places[] = { "/dev", "/proc", "/sys" };
	struct termios raw;
	int fd;

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		mkdir(places[i], 0755); /* there already, or mount says so */
		if (mount(types[i], places[i], types[i], 0, NULL))
			fprintf(stderr, "mount %s: %s\n", places[i], strerror(errno));
	}
	bring_up_cpus();
	raise_descriptor_limit();
	fd = open(RECORD_TTY, O_WRONLY | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 || tcgetattr(fd, &raw)) {
		fprintf(stderr, "open %s: %s\n", RECORD_TTY, strerror(errno));
		return NULL;
	}
	/* Lines must arrive as they are. */
	cfmakeraw(&raw);
	tcsetattr(fd, TCSANOW, &raw);
	return fdopen(fd, "w");
}

void supervise_power_off(FILE *results)
{
	if (results) {
		fflush(results);
		tcdrain(fileno(results));
	}
	reboot(RB_POWER_OFF);
	_exit(1); /* PID 1 must not end; the kernel panics and QEMU exits */
}

static char *read_all(int fd)
{
	size_t length = 0;
	char *text = NULL, *bigger;
	ssize_t n;

	do {
		bigger = realloc(text, length + 65536);
		if (!bigger)
			fail("no memory for the output of a child process");
		text = bigger;
		n = read(fd, text + length, 65535);
		if (n > 0)
			length += n;
	} while (n > 0 || (n < 0 && errno == EINTR));
	text[length] = '\0';
	return text;
}

int supervise_run(void (*child)(void *arg, FILE *out), void *arg, char **output)
{
	int ends[2], status = 0;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC))
		fail("pipe: %s", strerror(errno));
	signal(SIGCHLD, SIG_DFL); /* who started this may have ignored it: no exit code then */
	fflush(NULL);
	pid = fork();
	if (pid < 0)
		fail("fork: %s", strerror(errno));
	if (!pid) {
		FILE *out = fdopen(ends[1], "w");

		close(ends[0]);
		child(arg, out);
		_exit(fclose(out) ? 1 : 0);
	}
	close(ends[1]);
	*output = read_all(ends[0]);
	close(ends[0]);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}
