// SPDX-License-Identifier: GPL-2.0-only
#include "uffd_server.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "../../harness/point/uffd_open.h"
#include "test.h"

static void copy_page(struct uffd_server *server, uint64_t address, uint64_t word, uint64_t mode)
{
	_Alignas(PAGE_BYTES) uint64_t content[PAGE_WORDS] = { word };
	struct uffdio_copy copy = {
		.dst = address & ~(uint64_t)(PAGE_BYTES - 1),
		.src = (uintptr_t)content,
		.len = PAGE_BYTES,
		.mode = mode,
	};

	if (ioctl(server->fd, UFFDIO_COPY, &copy))
		fail("UFFDIO_COPY: %s", strerror(errno));
}

static void *serve(void *arg)
{
	struct uffd_server *server = arg;
	struct uffd_msg message;

	while (read(server->fd, &message, sizeof(message)) == sizeof(message)) {
		if (message.event != UFFD_EVENT_PAGEFAULT)
			fail("unexpected userfaultfd event %u", message.event);
		server->thread_id = message.arg.pagefault.feat.ptid;
		server->events++;
		copy_page(server, message.arg.pagefault.address, SERVED_WORD, 0);
	}
	fail("reading the userfaultfd: %s", strerror(errno));
}

static void start(struct uffd_server *server, struct world *w, uint64_t features, uint64_t mode)
{
	struct uffdio_api api = { .api = UFFD_API, .features = features };
	struct uffdio_register range = {
		.range = { .start = (uintptr_t)w->memory, .len = HUGE_BYTES },
		.mode = mode,
	};
	const char *way;
	pthread_t thread;

	*server = (struct uffd_server){ .world = w };
	server->fd = uffd_open(&way);
	if (ioctl(server->fd, UFFDIO_API, &api))
		skip("userfaultfd lacks features %#llx", (unsigned long long)features);
	check(!ioctl(server->fd, UFFDIO_REGISTER, &range), "UFFDIO_REGISTER: %s", strerror(errno));
	check(!pthread_create(&thread, NULL, serve, server), "cannot create a thread");
}

void start_uffd_server(struct uffd_server *server, struct world *w)
{
	start(server, w, UFFD_FEATURE_THREAD_ID, UFFDIO_REGISTER_MODE_MISSING);
}

void start_minor_uffd_server(struct uffd_server *server, struct world *w)
{
	start(server, w, UFFD_FEATURE_MINOR_SHMEM, UFFDIO_REGISTER_MODE_MINOR);
}

void uffd_copy_quietly(struct uffd_server *server, uint64_t page, uint64_t word)
{
	copy_page(server, (uintptr_t)host_word(server->world, page), word,
		  UFFDIO_COPY_MODE_DONTWAKE);
}

void uffd_continue_quietly(struct uffd_server *server, uint64_t page)
{
	struct uffdio_continue range = {
		.range = { .start = (uintptr_t)host_word(server->world, page), .len = PAGE_BYTES },
		.mode = UFFDIO_CONTINUE_MODE_DONTWAKE,
	};

	if (ioctl(server->fd, UFFDIO_CONTINUE, &range))
		fail("UFFDIO_CONTINUE: %s", strerror(errno));
}
