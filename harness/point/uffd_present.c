// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "fail.h"
#include "uffd.h"

#define PAGEMAP_PRESENT (1ull << 63)

/* Maps pages from there on, up to bytes; the call may end early. Returns how many bytes it has mapped. */
static uint64_t map_some(int fd, uint64_t address, uint64_t bytes)
{
	struct uffdio_continue cont = { .range = { .start = address, .len = bytes } };

	if (!ioctl(fd, UFFDIO_CONTINUE, &cont))
		return bytes;
	/* EAGAIN: the address space was being changed, mapped says how far it had come. */
	if (errno != EAGAIN)
		fail("UFFDIO_CONTINUE of %llu bytes: %s", (unsigned long long)bytes,
		     strerror(errno));
	return cont.mapped > 0 ? (uint64_t)cont.mapped : 0;
}

void uffd_present(struct measurement *m, uint64_t first, uint64_t count)
{
	const uint64_t end = first + count;

	while (first < end) {
		uint64_t end_of_fd;
		int fd = uffd_of_page(m, first, &end_of_fd);
		uint64_t pages = (end < end_of_fd ? end : end_of_fd) - first;

		first += map_some(fd, (uintptr_t)m->memory.hva + first * PAGE_BYTES,
				  pages * PAGE_BYTES) /
			 PAGE_BYTES;
	}
}

bool uffd_is_present(const struct measurement *m, uint64_t page)
{
	const uint64_t number = (uintptr_t)m->memory.hva / PAGE_BYTES + page;
	static int fd = -1;
	uint64_t entry;

	if (fd < 0)
		fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	if (fd < 0 ||
	    pread(fd, &entry, sizeof(entry), (off_t)(number * sizeof(entry))) != sizeof(entry))
		fail("/proc/self/pagemap: %s", strerror(errno));
	return entry & PAGEMAP_PRESENT;
}
