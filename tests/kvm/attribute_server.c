// SPDX-License-Identifier: GPL-2.0-only
#include "attributes.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "test.h"

void need_attributes(struct world *w)
{
	if (!vm_capability(&w->vm, ABI_CAP_USERFAULT_ATTRIBUTE))
		skip("this kernel has no KVM_MEMORY_ATTRIBUTE_USERFAULT");
}

int enable_attributes(struct world *w)
{
	int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	int err;

	check(fd >= 0, "eventfd: %s", strerror(errno));
	err = vm_enable(&w->vm, ABI_CAP_USERFAULT_ATTRIBUTE, ABI_USERFAULT_ENABLE, fd);
	check(!err, "enabling KVM_CAP_USERFAULT_ATTRIBUTE: %s", strerror(-err));
	return fd;
}

void disable_attributes(struct world *w)
{
	int err = vm_enable(&w->vm, ABI_CAP_USERFAULT_ATTRIBUTE, ABI_USERFAULT_DISABLE, 0);

	check(!err, "disabling KVM_CAP_USERFAULT_ATTRIBUTE: %s", strerror(-err));
}

int start_attributes(struct world *w)
{
	int eventfd;

	create_world(w, 0);
	need_attributes(w);
	eventfd = enable_attributes(w);
	set_slot(w, 0);
	return eventfd;
}

void set_attribute(struct world *w, uint64_t first, uint64_t pages)
{
	give_attributes(w, first, pages, ABI_MEMORY_ATTRIBUTE_USERFAULT);
}

void clear_attribute(struct world *w, uint64_t first, uint64_t pages)
{
	give_attributes(w, first, pages, 0);
}

int read_userfault(struct world *w, uint64_t *gfn)
{
	struct abi_userfault fault;

	if (ioctl(w->vm.fd, ABI_READ_USERFAULT, &fault))
		return -errno;
	*gfn = fault.gfn;
	return 0;
}

void await_event(int eventfd)
{
	struct pollfd event = { .fd = eventfd, .events = POLLIN };

	check(poll(&event, 1, -1) == 1, "waiting for the eventfd: %s", strerror(errno));
	check(has_event(eventfd), "the eventfd is not signalled");
}

bool has_event(int eventfd)
{
	uint64_t events;

	return read(eventfd, &events, sizeof(events)) == sizeof(events);
}

uint64_t page_gfn(uint64_t page)
{
	return page_gpa(page) / PAGE_BYTES;
}

static void *serve(void *arg)
{
	struct attribute_server *server = arg;
	uint64_t gfn = 0;
	int err;

	for (;;) {
		await_event(server->eventfd);
		while (!(err = read_userfault(server->world, &gfn))) {
			const uint64_t page = gfn - page_gfn(0);

			check(page < server->world->pages, "gfn %#llx is no tested page",
			      (unsigned long long)gfn);
			*host_word(server->world, page) = FILLED_WORD;
			server->gfn = gfn;
			server->served++;
			clear_attribute(server->world, page, 1);
		}
		check_equal("KVM_READ_USERFAULT", -err, ENOENT);
	}
	return NULL;
}

void start_attribute_server(struct attribute_server *server, struct world *w, int eventfd)
{
	pthread_t thread;

	*server = (struct attribute_server){ .world = w, .eventfd = eventfd };
	check(!pthread_create(&thread, NULL, serve, server), "cannot create a thread");
}
