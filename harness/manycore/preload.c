// SPDX-License-Identifier: GPL-2.0-only
/*
 * The library that turns QEMU into the simulated many-core host: checks that it can,
 * installs parallel time, obeys the guest's control port, tells the caller.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "manycore.h"
#include "observe.h"
#include "options.h"
#include "parallel_time.h"
#include "qemu.h"

static struct manycore_options options;
static bool is_active;
static int status_fd = -1;
static struct stat control; /* device and inode tell which file it is */

/* Bad options are the caller's fault, whatever QEMU it is. */
static _Noreturn void refuse_options(const char *reason)
{
	fprintf(stderr, "manycore: %s\n", reason);
	_exit(MANYCORE_EXIT_REFUSED);
}

static int create(const char *path, const char *name)
{
	char reason[5000];
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd < 0) {
		snprintf(reason, sizeof(reason), "creating the %s file %s: %s", name, path,
			 strerror(errno));
		refuse_options(reason);
	}
	return fd;
}

static void tell_ready(void)
{
	dprintf(status_fd, "manycore: ready qemu=%d.%d.%d cpus=%u quantum=%lld boot_quantum=%lld\n",
		qemu.major, qemu.minor, qemu.micro, parallel_time_counts().cpus,
		(long long)options.quantum, (long long)options.boot_quantum);
}

static void obey(char command)
{
	struct parallel_time_counts counts = parallel_time_counts();

	if (!current_cpu)
		refuse("the control port's file was written outside of the vCPU thread");
	if (command != 'q' && command != 'b')
		refuse("the guest wrote byte 0x%02x to the control port; q and b are known",
		       (unsigned char)command);
	parallel_time_set_fine(command == 'q');
	dprintf(status_fd,
		"manycore: %s now_ns=%lld passes=%llu slices=%llu transfers=%llu repeated=%llu\n",
		command == 'q' ? "fine" : "boot", (long long)counts.now_ns,
		(unsigned long long)counts.passes, (unsigned long long)counts.slices,
		(unsigned long long)faultline_manycore.transfers,
		(unsigned long long)counts.repeated);
}

/*
 * QEMU's file backend of a serial port calls this while the guest's CPU stands in its
 * output instruction: when a command takes effect is determined by the guest alone.
 * It comes before the C library's function, since this library is preloaded.
 */
__attribute__((visibility("default"))) ssize_t writev(int fd, const struct iovec *iov, int count)
{
	static ssize_t (*next)(int, const struct iovec *, int);
	struct stat file;
	ssize_t written;

	if (!next)
		next = (ssize_t(*)(int, const struct iovec *, int))dlsym(RTLD_NEXT, "writev");
	written = next(fd, iov, count);
	if (!is_active || written <= 0 || fstat(fd, &file) || file.st_ino != control.st_ino ||
	    file.st_dev != control.st_dev)
		return written;
	for (int i = 0; i < count; i++)
		for (size_t j = 0; j < iov[i].iov_len; j++)
			obey(((const char *)iov[i].iov_base)[j]);
	return written;
}

/*
 * QEMU exits. Where that is for an error of its own, it has said so already. No
 * counts here: how long CPUs still run after the guest has powered off is up to the host.
 */
static void end(int code, void *arg)
{
	unsigned int cpus = parallel_time_counts().cpus;

	(void)arg;
	if (cpus)
		dprintf(status_fd, "manycore: done\n");
	else if (!code)
		refuse("it ended before it ran a CPU in a way that icount_round and "
		       "icount_prepare_for_run take part in; is there -icount shift=0,sleep=off?");
}

/*
 * With sleep=on, which is the default, the clock follows the machine's own while all CPUs
 * are halted. Nothing that is exported tells which it is, but the command line does.
 */
static void check_sleep(int argc, char **argv)
{
	for (int i = 1; i + 1 < argc; i++)
		if ((!strcmp(argv[i], "-icount") || !strcmp(argv[i], "--icount")) &&
		    !strstr(argv[i + 1], "sleep=off"))
			refuse("-icount %s lets the clock follow the machine's own when all CPUs are halted: "
			       "use -icount shift=0,sleep=off",
			       argv[i + 1]);
}

/* The C library hands main()'s arguments to constructors, too. */
__attribute__((constructor)) static void start(int argc, char **argv)
{
	const char *text = getenv(MANYCORE_ENVIRONMENT);
	char reason[512];
	int fd;

	if (!text)
		return;
	if (!strcmp(text, MANYCORE_OBSERVE)) {
		unsetenv("LD_PRELOAD");
		unsetenv(MANYCORE_ENVIRONMENT);
		qemu_find();
		check_sleep(argc, argv);
		observe_install();
		return;
	}
	if (manycore_options_parse(text, &options, reason, sizeof(reason)))
		refuse_options(reason);
	/* Not for programs that QEMU may start. */
	unsetenv("LD_PRELOAD");
	unsetenv(MANYCORE_ENVIRONMENT);

	qemu_find();
	check_sleep(argc, argv);
	fd = create(options.control, "control");
	if (fstat(fd, &control))
		refuse("the control file %s: %s", options.control, strerror(errno));
	close(fd);
	status_fd = create(options.status, "status");
	parallel_time_install(options.quantum, options.boot_quantum, tell_ready);
	if (on_exit(end, NULL))
		refuse("no memory to be told when it ends");
	is_active = true;
}
