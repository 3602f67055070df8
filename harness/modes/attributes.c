// SPDX-License-Identifier: GPL-2.0-only
/*
 * The attribute variant of KVM Userfault: a vCPU that faults on a page with
 * KVM_MEMORY_ATTRIBUTE_USERFAULT leaves KVM_RUN; its thread writes the page, clears the
 * attribute, and enters the guest again. Accesses of KVM itself wait; an eventfd and
 * KVM_READ_USERFAULT tell a thread of this mode's, which does the same for them.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "../point/affinity.h"
#include "../point/arch.h"
#include "../point/cpu_time.h"
#include "../point/draw.h"
#include "../point/fail.h"
#include "../point/pages.h"
#include "../point/thread.h"
#include "userfault.h"

struct attributes {
	struct measurement *m;
	pthread_t handler;
	int eventfd; /* signalled by KVM, and by stop() */
	pthread_barrier_t
		ready; /* to serve: what the handler does before is no part of the point */
	_Atomic bool stopping;
};

static int enable(struct vm *vm, uint64_t option, int fd)
{
	return vm_enable(vm, ABI_CAP_USERFAULT_ATTRIBUTE, option, fd);
}

/* Asks for behaviour, as capability numbers change until a series is merged. */
static const char *probe(struct vm *vm)
{
	const char *reason = NULL;
	int fd = eventfd(0, EFD_CLOEXEC);

	if (fd < 0)
		fail("eventfd: %s", strerror(errno));
	if (enable(vm, ABI_USERFAULT_ENABLE, fd))
		reason =
			"the kernel lacks KVM_CAP_USERFAULT_ATTRIBUTE (capability 1237); apply the series "
			"in kernel/series, with CONFIG_KVM_USERFAULT_ATTRIBUTE=y";
	else if (!(vm_capability(vm, ABI_CAP_MEMORY_ATTRIBUTES) & ABI_MEMORY_ATTRIBUTE_USERFAULT))
		reason =
			"for this kernel capability 1237 is not KVM_CAP_USERFAULT_ATTRIBUTE: pages have no "
			"KVM_MEMORY_ATTRIBUTE_USERFAULT with it; apply the series in kernel/series";
	else if (enable(vm, ABI_USERFAULT_DISABLE, 0))
		fail("disabling KVM_CAP_USERFAULT_ATTRIBUTE, which it was probed with");
	close(fd);
	return reason;
}

static void set_attributes(struct measurement *m, uint64_t first, uint64_t pages,
			   uint64_t attributes)
{
	int err = vm_set_attributes(&m->vm, VM_TEST_GPA + first * PAGE_BYTES, pages * PAGE_BYTES,
				    attributes);

	if (err)
		fail("KVM_SET_MEMORY_ATTRIBUTES of %llu pages from page %llu on: %s",
		     (unsigned long long)pages, (unsigned long long)first, strerror(-err));
}

static void resolve(struct measurement *m, uint64_t page, const void *content, bool may_wake)
{
	(void)may_wake; /* whoever waits for the attribute is woken */
	userfault_fill(m, page, content);
	set_attributes(m, page, m->grain_pages, 0);
}

static void present(struct measurement *m, uint64_t first, uint64_t count)
{
	set_attributes(m, first, count, 0);
}

static void wake(struct measurement *m, uint64_t page)
{
	/* Clearing the attribute has done so. */
	(void)m;
	(void)page;
}

/* All pages that KVM waits for and that nobody knows of yet. */
static void serve_all(struct measurement *m)
{
	struct abi_userfault fault;

	while (!ioctl(m->vm.fd, ABI_READ_USERFAULT, &fault)) {
		const uint64_t t1 = arch_ticks();
		const uint64_t page = fault.gfn - VM_TEST_GPA / PAGE_BYTES;

		if (page >= m->pages_total)
			fail("KVM_READ_USERFAULT tells of gfn %#llx, outside of the tested memory",
			     (unsigned long long)fault.gfn);
		if (page_event_begin(m, grain_begin(m, page), t1))
			page_await(m, grain_begin(m, page), true);
	}
	if (errno != ENOENT)
		fail("KVM_READ_USERFAULT: %s", strerror(errno));
}

static void *handler_main_attributes(void *arg)
{
	struct attributes *attributes = arg;
	eventfd_t events;
	void *pages;

	affinity_set(attributes->m->point->reader_cpus, 0);
	pages = draw_take_pages(attributes->m, DRAW_HANDLER, 0);
	fetch_thread_init();
	pthread_barrier_wait(&attributes->ready);
	while (!atomic_load(&attributes->stopping)) {
		serve_all(attributes->m);
		if (eventfd_read(attributes->eventfd, &events))
			fail("reading an eventfd: %s", strerror(errno));
	}
	draw_give_pages(pages);
	return NULL;
}

static void start(struct measurement *m)
{
	struct attributes *attributes = calloc(1, sizeof(*attributes));
	int err;

	if (!attributes)
		fail("no memory for a handler");
	attributes->m = m;
	attributes->eventfd = eventfd(0, EFD_CLOEXEC);
	if (attributes->eventfd < 0)
		fail("eventfd: %s", strerror(errno));
	err = enable(&m->vm, ABI_USERFAULT_ENABLE, attributes->eventfd);
	if (err)
		fail("enabling KVM_CAP_USERFAULT_ATTRIBUTE: %s", strerror(-err));
	set_attributes(m, 0, m->pages_total, ABI_MEMORY_ATTRIBUTE_USERFAULT);
	m->handlers = attributes;
	pthread_barrier_init(&attributes->ready, NULL, 2);
	err = thread_start(&attributes->handler, handler_main_attributes, attributes);
	if (err)
		fail("starting the handler thread: %s; raise the limit on processes",
		     strerror(err));
	pthread_barrier_wait(&attributes->ready);
	pthread_barrier_destroy(&attributes->ready);
}

static void stop(struct measurement *m)
{
	struct attributes *attributes = m->handlers;
	int err;

	atomic_store(&attributes->stopping, true);
	if (eventfd_write(attributes->eventfd, 1))
		fail("writing to an eventfd: %s", strerror(errno));
	pthread_join(attributes->handler, NULL);
	err = enable(&m->vm, ABI_USERFAULT_DISABLE, 0);
	if (err)
		fail("disabling KVM_CAP_USERFAULT_ATTRIBUTE: %s", strerror(-err));
	close(attributes->eventfd);
	free(attributes);
}

static uint64_t cpu_ns(const struct measurement *m)
{
	const struct attributes *attributes = m->handlers;

	return cpu_time_ns(attributes->handler);
}

const struct mode mode_attributes = {
	.kvm_waits = true,
	.way = WAY_EXIT,
	.probe = probe,
	.start = start,
	.stop = stop,
	.resolve = resolve,
	.wake = wake,
	.present = present, /* is_present: KVM has no call that tells attributes */
	.cpu_ns = cpu_ns,
};
