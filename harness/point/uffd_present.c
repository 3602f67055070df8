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

static uint64_t address_of_page(const struct measurement *m, uint64_t page)
{
	return (uintptr_t)m->memory.hva + page * PAGE_BYTES;
}

/*
 * Put bytes from an address on into place, or as many of them as could be before the address space
 * was being changed (EAGAIN). Return how many, or -1 with errno.
 */
static int64_t try_copy(int fd, uint64_t address, const void *content, uint64_t bytes,
			bool may_wake)
{
	struct uffdio_copy copy = {
		.dst = address,
		.src = (uintptr_t)content,
		.len = bytes,
		.mode = may_wake ? 0 : UFFDIO_COPY_MODE_DONTWAKE,
	};

	if (!ioctl(fd, UFFDIO_COPY, &copy))
		return (int64_t)bytes;
	if (errno != EAGAIN)
		return -1;
	return copy.copy > 0 ? copy.copy : 0;
}

static int64_t try_continue(int fd, uint64_t address, uint64_t bytes, bool may_wake)
{
	struct uffdio_continue cont = {
		.range = { .start = address, .len = bytes },
		.mode = may_wake ? 0 : UFFDIO_CONTINUE_MODE_DONTWAKE,
	};

	if (!ioctl(fd, UFFDIO_CONTINUE, &cont))
		return (int64_t)bytes;
	if (errno != EAGAIN)
		return -1;
	return cont.mapped > 0 ? cont.mapped : 0;
}

void uffd_wake(struct measurement *m, uint64_t page)
{
	struct uffdio_range range = { .start = address_of_page(m, page), .len = grain_bytes(m) };
	const int fd = uffd_of_page(m, page, NULL);

	/* Also maps it again. EEXIST: it is mapped, by another one who came for that. */
	if (m->memory.is_remapped &&
	    try_continue(fd, range.start, range.len, true) == (int64_t)range.len)
		return;
	if (ioctl(fd, UFFDIO_WAKE, &range))
		fail("UFFDIO_WAKE of page %llu: %s", (unsigned long long)page, strerror(errno));
}

void uffd_resolve(struct measurement *m, uint64_t page, const void *content, bool may_wake)
{
	const bool is_minor = m->memory.fault == FAULT_MINOR;
	const uint64_t address = address_of_page(m, page), bytes = grain_bytes(m);
	const int fd = uffd_of_page(m, page, NULL);
	int64_t n;

	if (is_minor)
		memcpy(m->memory.alias + page * PAGE_BYTES, content, bytes);
	for (uint64_t done = 0; done < bytes; done += n) {
		n = is_minor ? try_continue(fd, address + done, bytes - done, may_wake) :
			       try_copy(fd, address + done, (const uint8_t *)content + done,
					bytes - done, may_wake);
		if (n < 0)
			fail("%s of %llu bytes from page %llu on: %s",
			     is_minor ? "UFFDIO_CONTINUE" : "UFFDIO_COPY",
			     (unsigned long long)(bytes - done), (unsigned long long)page,
			     strerror(errno));
	}
}

void uffd_present(struct measurement *m, uint64_t first, uint64_t count)
{
	const uint64_t end = first + count;

	while (first < end) {
		uint64_t end_of_fd;
		int fd = uffd_of_page(m, first, &end_of_fd);
		uint64_t pages = (end < end_of_fd ? end : end_of_fd) - first;
		int64_t n = try_continue(fd, address_of_page(m, first), pages * PAGE_BYTES, true);

		if (n < 0)
			fail("UFFDIO_CONTINUE of %llu pages: %s", (unsigned long long)pages,
			     strerror(errno));
		first += (uint64_t)n / PAGE_BYTES;
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
