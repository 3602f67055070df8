/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The life of a page: whoever moves it from missing to fetching fetches it, all
 * others wait. Two vCPUs, or a vCPU and KVM itself, may fault on the same page
 * and learn of it in different ways; exactly one fetch is made, and nobody is
 * left asleep. All of that is of the pages that a fault brings, and is known of the first of them:
 * that is the page which these functions take.
 */
#ifndef FAULTLINE_PAGES_H
#define FAULTLINE_PAGES_H

#include <stdbool.h>
#include <stdint.h>

#include "measurement.h"

/*
 * Deals with a fault that a vCPU's KVM_RUN returned with: fetches and resolves
 * the page, or waits for whoever does. t1: ticks when KVM_RUN returned.
 * is_userfault: the exit says that the page's bit was set. is_again: it was the
 * vCPU's last exit, too. If the page is there, entering the guest once more will
 * do, but if that has been tried, more is needed.
 */
void page_exit(struct measurement *m, uint64_t page, uint64_t t1, bool is_userfault, bool is_again);

/* Deals with such a fault that the vCPU need not wait for: its exit has a token. */
void page_defer(struct measurement *m, const struct vcpu *vcpu, uint64_t page, uint64_t t1);

/*
 * Deals with a fault that an event told of, at t1 ticks. Returns true if the page is the
 * caller's to fetch: by page_await(), or, having waited until it is due (see its record), by
 * page_finish(). Otherwise nothing is left to do.
 */
bool page_event_begin(struct measurement *m, uint64_t page, uint64_t t1);

/* Waits until a page is due that is the caller's to fetch, and finishes it. */
void page_await(struct measurement *m, uint64_t page, bool may_wake);

/*
 * After a fetch that was over at t2 ticks: resolves the page, stamps it, wakes whoever waits
 * for it. may_wake as in struct mode.
 */
void page_finish(struct measurement *m, uint64_t page, uint64_t t2, bool may_wake);

#endif
