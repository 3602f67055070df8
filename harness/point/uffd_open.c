// SPDX-License-Identifier: GPL-2.0-only
#include "uffd_open.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fail.h"

#ifndef USERFAULTFD_IOC_NEW /* headers before Linux 6.1 */
#define USERFAULTFD_IOC_NEW _IO(0xAA, 0x00)
#endif

#define DEVICE "/dev/userfaultfd"
#define CAP_SYS_PTRACE_BIT (1ull << 19)

/* Permissions of a file, since Linux 6.1: no privilege, no sysctl, no seccomp filter. */
static int by_device(void)
{
	int device = open(DEVICE, O_RDWR | O_CLOEXEC), fd, code;

	if (device < 0)
		return -1;
	fd = ioctl(device, USERFAULTFD_IOC_NEW, O_CLOEXEC);
	code = errno;
	close(device);
	errno = code;
	return fd;
}

/* Not with UFFD_USER_MODE_ONLY: KVM's faults are the kernel's, a vCPU would exit for MMIO. */
static int by_syscall(void)
{
	return (int)syscall(SYS_userfaultfd, O_CLOEXEC);
}

static const struct {
	const char *name;
	int (*open)(void);
} ways[] = { { "device", by_device }, { "syscall", by_syscall } };

#define WAYS (sizeof(ways) / sizeof(ways[0]))

/* The number behind the name in a file of /proc, or 0; of a file without names: "". */
static unsigned long long number_in(const char *path, const char *name, int base)
{
	FILE *in = fopen(path, "re");
	unsigned long long number = 0;
	char line[256];

	while (in && fgets(line, sizeof(line), in)) {
		if (strncmp(line, name, strlen(name)))
			continue;
		number = strtoull(line + strlen(name), NULL, base);
		break;
	}
	if (in)
		fclose(in);
	return number;
}

/* What would help, from how device and system call failed. */
static const char *advice(int device_error, int syscall_error)
{
	bool by_any = number_in("/proc/sys/vm/unprivileged_userfaultfd", "", 10);
	bool may = by_any || number_in("/proc/self/status", "CapEff:", 16) & CAP_SYS_PTRACE_BIT;
	bool is_filtered = number_in("/proc/self/status", "Seccomp:", 10);

	if (is_filtered && (may || (syscall_error == ENOSYS && device_error != ENOENT)))
		return "a seccomp filter refuses the system call, as containers have one: hand in "
		       "the device (--device " DEVICE ", read and write), or take a profile that "
		       "allows userfaultfd";
	if (syscall_error == ENOSYS)
		return "the kernel needs CONFIG_USERFAULTFD";
	if (may)
		return "root of a container is not enough, and a security module may refuse it, too: "
		       "hand in the device (--device " DEVICE ", read and write), or set sysctl "
		       "vm.unprivileged_userfaultfd=1";
	if (device_error == ENOENT)
		return "set sysctl vm.unprivileged_userfaultfd=1, or give CAP_SYS_PTRACE, as root has "
		       "it; kernels from 6.1 have " DEVICE ", whose permissions do as well";
	return "give this user read and write permission on " DEVICE
	       " (chmod, setfacl or a udev rule), or set sysctl vm.unprivileged_userfaultfd=1, or "
	       "give CAP_SYS_PTRACE, as root has it";
}

int uffd_open(const char **way)
{
	int errors[WAYS], fd;

	for (size_t i = 0; i < WAYS; i++) {
		fd = ways[i].open();
		if (fd >= 0) {
			*way = ways[i].name;
			return fd;
		}
		errors[i] = errno;
	}
	if (errors[1] == EMFILE || errors[1] == ENFILE || errors[1] == ENOMEM)
		fail("userfaultfd: %s", strerror(errors[1]));
	skip("userfaultfd for faults in the kernel is not to be had (" DEVICE
	     ": %s; system call: %s): %s",
	     strerror(errors[0]), strerror(errors[1]), advice(errors[0], errors[1]));
}
