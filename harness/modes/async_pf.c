// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM Userfault with asynchronous page faults: a vCPU that faults on a page whose bit is set leaves
 * KVM_RUN with a token; its thread asks for the page and enters the guest again, which runs
 * another task. When the page has come, a handler thread puts it there, clears its bit, and tells
 * KVM, which tells the guest. Where KVM has no token to give, the vCPU's thread waits, as in mode
 * userfault.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "../../workloads/workload.h"
#include "../point/arch.h"
#include "../point/fail.h"
#include "../point/futex.h"
#include "../point/handlers.h"
#include "../point/pages.h"
#include "../point/pending.h"
#include "../serving.h"
#include "../time_units.h"
#include "userfault.h"

#define NEVER UINT64_MAX

/* A vCPU whose guest waits for a page. */
struct waiter {
	struct waiter *next;
	const struct vcpu *vcpu;
	uint32_t token;
};

struct fetcher {
	struct handler_thread handler;
	pthread_mutex_t lock;
	struct pending pending; /* pages that its vCPUs have asked for */
	_Atomic uint64_t next_due; /* when the first of them comes, or NEVER */
	_Atomic uint32_t sleeps; /* until then, or until it is 0 */
};

struct async {
	struct handlers handlers;
	struct fetcher *fetchers;
	/* Of each page, those that wait for it; that there is nothing to wait for any more. */
	struct waiter *_Atomic *waiting;
	struct waiter *waiters; /* a page's are beside one another */
	unsigned int waiters_per_page;
};

static struct waiter is_there;

static const char *probe(struct vm *vm)
{
	const char *reason = userfault_probe(vm);

	if (reason)
		return reason;
	return vm_capability(vm, ABI_CAP_ASYNC_PF_USER) > 0 ?
		       NULL :
		       "the kernel lacks KVM_CAP_ASYNC_PF_USER (capability 1238), which is for x86-64; "
		       "apply the series in kernel/series, with CONFIG_KVM_ASYNC_PF_USER=y";
}

static void tell_guest(const struct waiter *waiter)
{
	int r = vcpu_page_ready(waiter->vcpu, waiter->token);

	if (r)
		fail("KVM_ASYNC_PF_USER_READY of vCPU %u, token %#x: %s", waiter->vcpu->index,
		     waiter->token, strerror(-r));
}

/* Has the guest told of the page as soon as it is there, which it may be. */
static void wait_for_page(struct measurement *m, const struct vcpu *vcpu, uint64_t page)
{
	struct async *async = m->handlers;
	/* Used once: a vCPU that has a token for a page gets no other, and later it is there. */
	struct waiter *waiter = &async->waiters[page * async->waiters_per_page +
						vcpu->index % async->waiters_per_page];
	struct waiter *first = atomic_load(&async->waiting[page]);

	waiter->vcpu = vcpu;
	waiter->token = vcpu->fault.async_pf_user_token;
	do {
		if (first == &is_there) {
			atomic_fetch_add_explicit(&m->spurious_exits, 1, memory_order_relaxed);
			tell_guest(waiter);
			return;
		}
		waiter->next = first;
	} while (!atomic_compare_exchange_weak(&async->waiting[page], &first, waiter));
}

/* The fetch of a page has begun: leaves it to the vCPU's handler. */
static void ask(struct fetcher *fetcher, uint64_t page, uint64_t due_ticks)
{
	pthread_mutex_lock(&fetcher->lock);
	pending_add(&fetcher->pending, page, due_ticks);
	atomic_store(&fetcher->next_due, pending_first(&fetcher->pending)->due_ticks);
	pthread_mutex_unlock(&fetcher->lock);
	if (atomic_load(&fetcher->next_due) == due_ticks && atomic_exchange(&fetcher->sleeps, 0))
		futex_wake_all(&fetcher->sleeps);
}

static void defer(struct measurement *m, const struct vcpu *vcpu, uint64_t page, bool is_claimed)
{
	struct async *async = m->handlers;

	wait_for_page(m, vcpu, page);
	if (is_claimed)
		ask(&async->fetchers[handler_of_vcpu(m->point->readers, vcpu->index)], page,
		    m->records[page].due);
}

static void resolve(struct measurement *m, uint64_t page, const void *content, bool may_wake)
{
	struct async *async = m->handlers;
	struct waiter *waiter;

	(void)may_wake; /* nobody can sleep on a page without a userfaultfd */
	userfault_fill(m, page, content);
	userfault_clear(m, page);
	for (waiter = atomic_exchange(&async->waiting[page], &is_there); waiter;
	     waiter = waiter->next)
		tell_guest(waiter);
}

/* Takes the first page whose fetch is over. Returns false if there is none. */
static bool take_due(struct fetcher *fetcher, struct pending_page *taken)
{
	const struct pending_page *first;
	bool is_due;

	if (arch_ticks() < atomic_load(&fetcher->next_due))
		return false;
	pthread_mutex_lock(&fetcher->lock);
	first = pending_first(&fetcher->pending);
	is_due = first && arch_ticks() >= first->due_ticks;
	if (is_due) {
		*taken = *first;
		pending_remove_first(&fetcher->pending);
		first = pending_first(&fetcher->pending);
	}
	atomic_store(&fetcher->next_due, first ? first->due_ticks : NEVER);
	pthread_mutex_unlock(&fetcher->lock);
	return is_due;
}

static bool finish_due(struct fetcher *fetcher)
{
	struct pending_page page;
	bool is_any = false;

	/* A fetch is over when it is due, whenever the handler gets round to it. */
	for (; take_due(fetcher, &page); is_any = true)
		page_finish(fetcher->handler.all->m, page.page, page.due_ticks, false);
	return is_any;
}

/* Sleeps until about when the next page comes, or one is asked for that comes before. */
static void sleep_until_due(struct fetcher *fetcher)
{
	const uint64_t due = atomic_load(&fetcher->next_due);
	struct timespec timeout;
	uint64_t ns = 0;

	if (due != NEVER) {
		ns = fetch_sleep_ns(&fetcher->handler.all->m->fetch, due);
		if (!ns)
			return;
		timeout = timespec_of_ns(ns);
	}
	atomic_store(&fetcher->sleeps, 1);
	if (atomic_load(&fetcher->next_due) == due)
		futex_wait(&fetcher->sleeps, 1, ns ? &timeout : NULL);
	atomic_store(&fetcher->sleeps, 0);
}

static void round_sleeping(struct handler_thread *handler)
{
	struct fetcher *fetcher = (struct fetcher *)handler;

	sleep_until_due(fetcher);
	finish_due(fetcher);
}

static void round_polling(struct handler_thread *handler)
{
	if (!finish_due((struct fetcher *)handler))
		arch_pause();
}

static struct async *new_async(const struct measurement *m)
{
	struct async *async = calloc(1, sizeof(*async));
	const unsigned int vcpus = workload_is_shared[m->point->workload] ? m->point->vcpus : 1;

	if (!async || !(async->fetchers = calloc(m->point->readers, sizeof(*async->fetchers))) ||
	    !(async->waiting = calloc(m->pages_total, sizeof(*async->waiting))) ||
	    !(async->waiters = calloc(m->pages_total * vcpus, sizeof(*async->waiters))))
		fail("no memory for those who wait for %llu pages",
		     (unsigned long long)m->pages_total);
	async->waiters_per_page = vcpus;
	return async;
}

static void start(struct measurement *m)
{
	struct async *async = new_async(m);
	int r;

	userfault_start(m);
	m->handlers = async;
	arch_lapics_create(&m->vm);
	r = vm_enable(&m->vm, ABI_CAP_ASYNC_PF_USER, 0, 0);
	if (r)
		fail("KVM_CAP_ASYNC_PF_USER: %s", strerror(-r));
	handlers_init(&async->handlers, m,
		      m->point->handler == HANDLER_POLL ? round_polling : round_sleeping);
	for (unsigned int i = 0; i < m->point->readers; i++) {
		struct fetcher *fetcher = &async->fetchers[i];

		pthread_mutex_init(&fetcher->lock, NULL);
		pending_init(&fetcher->pending, m->pages_total);
		fetcher->next_due = NEVER;
		handler_start(&async->handlers, &fetcher->handler, i);
	}
	handlers_await(&async->handlers);
}

static void stop(struct measurement *m)
{
	struct async *async = m->handlers;

	handlers_stop(&async->handlers);
	for (unsigned int i = 0; i < m->point->readers; i++) {
		handler_stop(&async->fetchers[i].handler);
		pending_free(&async->fetchers[i].pending);
		pthread_mutex_destroy(&async->fetchers[i].lock);
	}
	free(async->waiters);
	free(async->waiting);
	free(async->fetchers);
	free(async);
	userfault_stop(m);
}

static uint64_t cpu_ns(const struct measurement *m)
{
	const struct async *async = m->handlers;
	uint64_t ns = 0;

	for (unsigned int i = 0; i < m->point->readers; i++)
		ns += handler_cpu_ns(&async->fetchers[i].handler);
	return ns;
}

const struct mode mode_async_pf = {
	.way = WAY_EXIT,
	.probe = probe,
	.start = start,
	.stop = stop,
	.resolve = resolve,
	.defer = defer,
	.cpu_ns = cpu_ns,
};
