// SPDX-License-Identifier: GPL-2.0-only
/*
 * PID 1 of a VM that runs one command: what stands after "--" on the kernel's
 * command line, with its output on the second serial port. Then powers off.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/wait.h>
#include <unistd.h>

static int complain(const char *what)
{
	perror(what);
	return -1;
}

static int prepare(void)
{
	int fd;

	if (mount("none", "/dev", "devtmpfs", 0, NULL))
		return complain("mount /dev");
	if (mount("none", "/proc", "proc", 0, NULL))
		return complain("mount /proc");
	if (mount("none", "/sys", "sysfs", 0, NULL))
		return complain("mount /sys");
	fd = open("/dev/ttyS1", O_WRONLY | O_NOCTTY);
	if (fd < 0)
		return complain("open /dev/ttyS1");
	if (dup2(fd, 1) < 0 || dup2(fd, 2) < 0)
		return complain("dup2");
	return 0;
}

int main(int argc, char **argv)
{
	int status = -1;
	pid_t pid;

	if (!prepare() && argc > 1) {
		pid = fork();
		if (!pid) {
			execv(argv[1], argv + 1);
			perror(argv[1]);
			_exit(127);
		}
		if (pid > 0 && waitpid(pid, &status, 0) == pid)
			printf("status %d\n", status);
		fflush(stdout);
	}
	sync();
	reboot(RB_POWER_OFF);
	return 1;
}
