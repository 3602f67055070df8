// SPDX-License-Identifier: GPL-2.0-only
#include "uffd.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "../serving.h"
#include "../time_units.h"
#include "arch.h"
#include "fail.h"
#include "handlers.h"
#include "pages.h"
#include "pending.h"
#include "uffd_abi.h"
#include "uffd_open.h"

/* Events that an asynchronous handler takes at a time. */
#define EVENTS_AT_ONCE 16

struct uffds {
	struct measurement *m;
	unsigned int count, queues_each;
	/* What readers read: of each userfaultfd itself, which is its first queue, and its others. */
	unsigned int queues;
	int *queue_fds;
	unsigned int readers;
	struct reader *threads;
	struct handlers handlers;
};

struct reader {
	struct handler_thread handler;
	struct uffds *uffds;
	int only_fd; /* the one queue that only this thread reads, or -1 */
	int epoll_fd; /* otherwise: those that it shares, or that are several */
	struct pending pending; /* asynchronous: pages in flight */
};

static unsigned int queues_between(const struct uffds *uffds)
{
	return queues_apart(uffds->queues, uffds->readers);
}

static unsigned int first_queue(const struct reader *reader)
{
	return reader->handler.index % queues_between(reader->uffds);
}

/* Whether each has a reader of its own, which sleeps in read(). */
static bool reads_block(const struct uffds *uffds)
{
	return uffds->m->point->handler == HANDLER_INLINE && uffds->queues == uffds->readers;
}

/*
 * Userfaultfd u serves pages from first_page_of(u) to before first_page_of(u + 1): what a fault
 * brings is never shared out.
 */
static uint64_t first_page_of(const struct uffds *uffds, unsigned int u)
{
	const struct measurement *m = uffds->m;

	return share_begin(grains_total(m), uffds->count, u) * m->grain_pages;
}

static unsigned int index_of_page(const struct measurement *m, uint64_t page)
{
	const struct uffds *uffds = m->handlers;

	return ((page / m->grain_pages + 1) * uffds->count - 1) / grains_total(m);
}

static int fd_of(const struct uffds *uffds, unsigned int u)
{
	return uffds->queue_fds[u * uffds->queues_each];
}

int uffd_of_page(const struct measurement *m, uint64_t page, uint64_t *end)
{
	const struct uffds *uffds = m->handlers;
	const unsigned int u = index_of_page(m, page);

	if (end)
		*end = first_page_of(uffds, u + 1);
	return fd_of(uffds, u);
}

/* The first page of what it asks for. */
static uint64_t page_of_message(const struct measurement *m, const struct uffd_msg *message)
{
	uint64_t page;

	if (message->event != UFFD_EVENT_PAGEFAULT)
		fail("userfaultfd event %#x instead of a page fault", message->event);
	page = (message->arg.pagefault.address - (uintptr_t)m->memory.hva) / PAGE_BYTES;
	if (page >= m->pages_total)
		fail("userfaultfd event for address %#llx outside of the tested memory",
		     (unsigned long long)message->arg.pagefault.address);
	return grain_begin(m, page);
}

/* Reads up to max events. Returns how many; 0 if there are none, or a signal came. */
static unsigned int read_events(int fd, struct uffd_msg *messages, unsigned int max)
{
	ssize_t n = read(fd, messages, max * sizeof(*messages));

	if (n > 0)
		return n / sizeof(*messages);
	if (errno != EAGAIN && errno != EINTR)
		fail("read of a userfaultfd: %s", strerror(errno));
	return 0;
}

static void fetch_inline(struct reader *reader, const struct uffd_msg *message)
{
	struct measurement *m = reader->uffds->m;
	uint64_t t1 = arch_ticks();
	uint64_t page = page_of_message(m, message);

	if (!page_event_begin(m, page, t1))
		return;
	/* Who polls never sleeps, not in a fetch either. */
	if (m->point->handler == HANDLER_POLL)
		fetch_spin(m->records[page].due);
	page_await(m, page, true);
}

/* One event at a time, since other threads could take the next one meanwhile. */
static void drain_inline(struct reader *reader, int fd)
{
	struct uffd_msg message;

	while (read_events(fd, &message, 1))
		fetch_inline(reader, &message);
}

static void drain_async(struct reader *reader, int fd)
{
	struct uffd_msg messages[EVENTS_AT_ONCE];
	struct measurement *m = reader->uffds->m;
	unsigned int n;

	do {
		n = read_events(fd, messages, EVENTS_AT_ONCE);
		for (unsigned int i = 0; i < n; i++) {
			uint64_t t1 = arch_ticks();
			uint64_t page = page_of_message(m, &messages[i]);

			if (page_event_begin(m, page, t1))
				pending_add(&reader->pending, page, m->records[page].due);
		}
	} while (n == EVENTS_AT_ONCE);
}

/*
 * Resolves what has come. A fetch is over when it is due, whenever the handler gets
 * round to it; what it has to do before is part of resolving.
 */
static void finish_due(struct reader *reader)
{
	struct measurement *m = reader->uffds->m;
	const struct pending_page *first;

	while ((first = pending_first(&reader->pending)) && arch_ticks() >= first->due_ticks) {
		page_finish(m, first->page, first->due_ticks, true);
		pending_remove_first(&reader->pending);
	}
}

/* Waits for events, no longer than until the next fetch completes. */
static int wait_events(struct reader *reader, struct epoll_event *events, int max)
{
	const struct fetch *fetch = &reader->uffds->m->fetch;
	const struct pending_page *first = pending_first(&reader->pending);
	struct timespec timeout;
	int n;

	if (first)
		timeout = timespec_of_ns(fetch_sleep_ns(fetch, first->due_ticks));
	/* Where no timeout is needed, the simpler call is the shorter path. */
	n = first ? epoll_pwait2(reader->epoll_fd, events, max, &timeout, NULL) :
		    epoll_wait(reader->epoll_fd, events, max, -1);
	if (n < 0 && errno != EINTR)
		fail("epoll_wait or epoll_pwait2: %s", strerror(errno));
	return n;
}

/* Leaves further descriptors to others while it fetches. */
static void round_inline(struct handler_thread *handler)
{
	struct reader *reader = (struct reader *)handler;
	struct epoll_event event;

	if (reader->only_fd >= 0)
		drain_inline(reader, reader->only_fd);
	else if (wait_events(reader, &event, 1) > 0)
		drain_inline(reader, event.data.fd);
}

static void round_async(struct handler_thread *handler)
{
	struct reader *reader = (struct reader *)handler;
	struct epoll_event events[EVENTS_AT_ONCE];
	int n = wait_events(reader, events, EVENTS_AT_ONCE);

	for (int i = 0; i < n; i++)
		drain_async(reader, events[i].data.fd);
	finish_due(reader);
}

/* Looks at all of its own in turn: none is left waiting for the others to be empty. */
static void round_poll(struct handler_thread *handler)
{
	struct reader *reader = (struct reader *)handler;
	const struct uffds *uffds = reader->uffds;
	struct uffd_msg message;
	bool is_empty = true;

	for (unsigned int q = first_queue(reader); q < uffds->queues; q += queues_between(uffds)) {
		if (!read_events(uffds->queue_fds[q], &message, 1))
			continue;
		fetch_inline(reader, &message);
		is_empty = false;
	}
	if (is_empty)
		arch_pause();
}

/* What handler threads do until they are told to stop. */
static void (*const rounds[])(struct handler_thread *handler) = {
	[HANDLER_INLINE] = round_inline,
	[HANDLER_ASYNC] = round_async,
	[HANDLER_POLL] = round_poll,
};

/*
 * Who reads a queue that nobody else reads takes one system call an event. Where
 * several share one, EPOLLEXCLUSIVE keeps an event from waking all of them, which a
 * blocking read would not.
 */
static void assign_fds(struct reader *reader)
{
	const struct uffds *uffds = reader->uffds;

	reader->only_fd = -1;
	reader->epoll_fd = -1;
	if (uffds->m->point->handler == HANDLER_POLL)
		return;
	if (reads_block(uffds)) {
		reader->only_fd = uffds->queue_fds[reader->handler.index];
		return;
	}
	reader->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (reader->epoll_fd < 0)
		fail("epoll_create1: %s", strerror(errno));
	for (unsigned int q = first_queue(reader); q < uffds->queues; q += queues_between(uffds)) {
		struct epoll_event event = { .events = EPOLLIN | EPOLLEXCLUSIVE,
					     .data.fd = uffds->queue_fds[q] };

		if (epoll_ctl(reader->epoll_fd, EPOLL_CTL_ADD, event.data.fd, &event))
			fail("epoll_ctl on a userfaultfd: %s", strerror(errno));
	}
}

static void start_reader(struct uffds *uffds, unsigned int index)
{
	const struct measurement *m = uffds->m;
	struct reader *reader = &uffds->threads[index];

	*reader = (struct reader){ .uffds = uffds, .handler.index = index };
	assign_fds(reader);
	/* Each vCPU can wait for one page, and KVM on its behalf for some more. */
	if (m->point->handler == HANDLER_ASYNC)
		pending_init(&reader->pending, m->pages_total);
	handler_start(&uffds->handlers, &reader->handler, index);
}

static void open_queues(const struct uffds *uffds, int *fds)
{
	const struct point *point = uffds->m->point;
	const struct abi_uffdio_queues queues = { .count = point->queues, .by = point->queue_by };

	if (point->queues == 1)
		return;
	if (ioctl(fds[0], ABI_UFFDIO_QUEUES, &queues))
		skip("UFFDIO_QUEUES: %s; apply the series in kernel/series, with CONFIG_USERFAULTFD_QUEUES=y",
		     strerror(errno));
	for (unsigned int i = 1; i < point->queues; i++) {
		const struct abi_uffdio_open_queue queue = { .index = i, .flags = O_CLOEXEC };

		fds[i] = ioctl(fds[0], ABI_UFFDIO_OPEN_QUEUE, &queue);
		if (fds[i] < 0)
			fail("UFFDIO_OPEN_QUEUE of queue %u: %s", i, strerror(errno));
	}
}

/* One that serves these pages, and its queues: queues_each descriptors. */
static void open_uffd(const struct uffds *uffds, int *fds, uint64_t first_page, uint64_t pages)
{
	struct measurement *m = uffds->m;
	bool is_minor = m->memory.fault == FAULT_MINOR;
	struct uffdio_api api = { .api = UFFD_API,
				  .features = is_minor ? m->memory.minor_feature : 0 };
	struct uffdio_register reg = {
		.range = { .start = (uintptr_t)m->memory.hva + first_page * PAGE_BYTES,
			   .len = pages * PAGE_BYTES },
		.mode = is_minor ? UFFDIO_REGISTER_MODE_MINOR : UFFDIO_REGISTER_MODE_MISSING,
	};
	int fd = uffd_open(&m->uffd_way), r;

	fds[0] = fd;
	if (ioctl(fd, UFFDIO_API, &api))
		skip("UFFDIO_API%s: %s; the kernel is too old",
		     is_minor ? " with minor faults" : "", strerror(errno));
	open_queues(uffds, fds);
	r = ioctl(fd, UFFDIO_REGISTER, &reg);
	if (r && m->memory.guest_memfd)
		skip("UFFDIO_REGISTER: %s; this userfaultfd does not take guest_memfd, modes kernel, userfault and attributes do",
		     strerror(errno));
	if (r)
		fail("UFFDIO_REGISTER of %llu pages: %s", (unsigned long long)pages,
		     strerror(errno));
}

void uffds_start(struct measurement *m)
{
	const struct point *point = m->point;
	struct uffds *uffds = calloc(1, sizeof(*uffds));

	if (!uffds ||
	    !(uffds->queue_fds = calloc(point->uffds * point->queues, sizeof(*uffds->queue_fds))) ||
	    !(uffds->threads = calloc(point->readers, sizeof(*uffds->threads))))
		fail("no memory for userfaultfds");
	uffds->m = m;
	uffds->count = point->uffds;
	uffds->queues_each = point->queues;
	uffds->queues = point->uffds * point->queues;
	uffds->readers = point->readers;
	m->handlers = uffds;
	for (unsigned int i = 0; i < uffds->count; i++) {
		uint64_t first = first_page_of(uffds, i);

		open_uffd(uffds, &uffds->queue_fds[i * uffds->queues_each], first,
			  first_page_of(uffds, i + 1) - first);
	}
	for (unsigned int q = 0; q < uffds->queues && !reads_block(uffds); q++)
		if (fcntl(uffds->queue_fds[q], F_SETFL, O_NONBLOCK))
			fail("fcntl of a userfaultfd: %s", strerror(errno));
	handlers_init(&uffds->handlers, m, rounds[point->handler]);
	for (unsigned int i = 0; i < uffds->readers; i++)
		start_reader(uffds, i);
	handlers_await(&uffds->handlers);
}

uint64_t uffds_cpu_ns(const struct measurement *m)
{
	const struct uffds *uffds = m->handlers;
	uint64_t ns = 0;

	for (unsigned int i = 0; i < uffds->readers; i++)
		ns += handler_cpu_ns(&uffds->threads[i].handler);
	return ns;
}

void uffds_stop(struct measurement *m)
{
	struct uffds *uffds = m->handlers;

	handlers_stop(&uffds->handlers);
	for (unsigned int i = 0; i < uffds->readers; i++) {
		struct reader *reader = &uffds->threads[i];

		handler_stop(&reader->handler);
		if (reader->epoll_fd >= 0)
			close(reader->epoll_fd);
		pending_free(&reader->pending);
	}
	for (unsigned int q = 0; q < uffds->queues; q++)
		close(uffds->queue_fds[q]);
	free(uffds->threads);
	free(uffds->queue_fds);
	free(uffds);
}
