// SPDX-License-Identifier: GPL-2.0-only
#include "pages.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "arch.h"
#include "fail.h"
#include "futex.h"

enum {
	PAGE_FETCHING = 1 << 0, /* somebody is at it */
	PAGE_PRESENT = 1 << 1, /* resolved; never taken back */
	PAGE_NO_WAKE = 1 << 2, /* in a way that wakes nobody who sleeps in the kernel */
	PAGE_VCPU_WAITS = 1 << 3, /* a vCPU thread sleeps on the state */
	PAGE_EVENT_WAITS = 1 << 4, /* a thread sleeps in the kernel, which an event has told of */
};

/* Whether the page is the caller's to fetch; then the fetch begins, at t1. */
static inline bool page_claim(struct measurement *m, uint64_t page, uint64_t t1)
{
	uint32_t missing = 0;

	if (!atomic_compare_exchange_strong(&m->page_states[page], &missing, PAGE_FETCHING))
		return false;
	m->records[page].t1 = t1;
	m->records[page].due = fetch_deadline(&m->fetch, t1);
	atomic_fetch_add_explicit(&m->fetches, 1, memory_order_relaxed);
	return true;
}

void page_finish(struct measurement *m, uint64_t page, uint64_t t2, bool may_wake)
{
	uint32_t state;

	m->records[page].t2 = t2;
	m->mode->resolve(m, page, m->memory.source + page * PAGE_BYTES, may_wake);
	m->records[page].t3 = arch_ticks();
	state = atomic_exchange(&m->page_states[page],
				PAGE_PRESENT | (may_wake ? 0 : PAGE_NO_WAKE));
	if (state & PAGE_VCPU_WAITS)
		futex_wake_all(&m->page_states[page]);
	if (state & PAGE_EVENT_WAITS && !may_wake)
		m->mode->wake(m, page);
}

void page_await(struct measurement *m, uint64_t page, bool may_wake)
{
	fetch_wait(&m->fetch, m->records[page].due);
	page_finish(m, page, arch_ticks(), may_wake);
}

/* Sleeps until the page is present. */
static void page_wait(struct measurement *m, uint64_t page)
{
	_Atomic uint32_t *word = &m->page_states[page];
	uint32_t state = atomic_fetch_or(word, PAGE_VCPU_WAITS) | PAGE_VCPU_WAITS;

	while (!(state & PAGE_PRESENT)) {
		futex_wait(word, state, NULL);
		state = atomic_load(word);
	}
}

/*
 * A page that is there can be reported all the same, when fast GUP does not take
 * it (mapped read-only, for example). Entering the guest again would report it
 * for ever; having the page faulted in for writing makes it acceptable.
 */
static void page_populate(struct measurement *m, uint64_t page)
{
	atomic_fetch_add_explicit(&m->populates, 1, memory_order_relaxed);
	if (madvise(m->memory.hva + page * PAGE_BYTES, grain_bytes(m), MADV_POPULATE_WRITE))
		fail("madvise(MADV_POPULATE_WRITE) of page %llu, which is present but was reported missing: %s",
		     (unsigned long long)page, strerror(errno));
}

void page_exit(struct measurement *m, uint64_t page, uint64_t t1, bool is_userfault, bool is_again)
{
	atomic_fetch_add_explicit(&m->told[WAY_EXIT], 1, memory_order_relaxed);
	if (page_claim(m, page, t1)) {
		page_await(m, page, false);
	} else if (!(atomic_load(&m->page_states[page]) & PAGE_PRESENT)) {
		page_wait(m, page);
	} else if (is_again && is_userfault) {
		fail("page %llu was reported again although its bit or attribute is clear",
		     (unsigned long long)page);
	} else if (is_again) {
		page_populate(m, page);
	}
}

void page_defer(struct measurement *m, const struct vcpu *vcpu, uint64_t page, uint64_t t1)
{
	atomic_fetch_add_explicit(&m->told[WAY_EXIT], 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&m->async_exits, 1, memory_order_relaxed);
	m->mode->defer(m, vcpu, page, page_claim(m, page, t1));
}

bool page_event_begin(struct measurement *m, uint64_t page, uint64_t t1)
{
	if (m->memory.is_remapped && atomic_load(&m->page_states[page]) & PAGE_PRESENT) {
		atomic_fetch_add_explicit(&m->remaps, 1, memory_order_relaxed);
		m->mode->wake(m, page);
		return false;
	}
	atomic_fetch_add_explicit(&m->told[WAY_EVENT], 1, memory_order_relaxed);
	if (page_claim(m, page, t1))
		return true;
	/*
	 * Who resolves on behalf of an event wakes all that wait in the kernel, but a
	 * vCPU thread that resolves for itself does not: leave it word, or wake
	 * the waiter here if it has resolved already.
	 */
	if (atomic_fetch_or(&m->page_states[page], PAGE_EVENT_WAITS) & PAGE_NO_WAKE)
		m->mode->wake(m, page);
	return false;
}
