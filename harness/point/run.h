/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One measured point in progress: what modes, handlers and vCPU threads share.
 */
#ifndef FAULTLINE_RUN_H
#define FAULTLINE_RUN_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "../keys.h"
#include "fetch.h"
#include "memory.h"
#include "mode_ops.h"
#include "vm.h"

struct run {
	const struct point *point;
	const struct mode *mode;
	uint64_t pages_total;
	uint64_t clock_hz; /* ticks in a second of the kernel's clock */
	uint64_t ticks_hz; /* in a second of results: the clock's, times the point's speed */
	struct vm vm;
	struct memory memory;
	struct fetch fetch; /* not set up where nobody is told of missing pages */
	struct page_record *records; /* pages_total, in the system slot */
	_Atomic uint32_t *page_states; /* pages_total, see pages.c */
	struct abi_memory_region2 slot; /* of the tested memory; the mode adds to it */
	void *handlers; /* the mode's own, between its start() and stop() */
	uint64_t begin_ticks; /* when vCPUs start; set when all of them are ready */
	/* What happened, for the record. */
	_Atomic uint64_t fetches, populates;
	_Atomic uint64_t told[WAY_COUNT]; /* of missing pages, by each way */
};

/*
 * Deals with a fault that a vCPU's KVM_RUN returned with: fetches and resolves
 * the page, or waits for whoever does. t1: ticks when KVM_RUN returned.
 * is_userfault: the exit says that the page's bit was set. is_again: it was the
 * vCPU's last exit, too. If the page is there, entering the guest once more will
 * do, but if that has been tried, more is needed.
 */
void page_exit(struct run *run, uint64_t page, uint64_t t1, bool is_userfault, bool is_again);

/*
 * Deals with a fault read from a userfaultfd. Returns true if the caller has to
 * fetch the page and then call page_finish(); otherwise nothing is left to do.
 */
bool page_event_begin(struct run *run, uint64_t page, uint64_t t1);

/*
 * After a fetch: resolves the page, stamps it, wakes whoever waits for it.
 * may_wake as in struct mode.
 */
void page_finish(struct run *run, uint64_t page, bool may_wake);

/*
 * A run with one wrong, missing or doubly counted page has failed, whatever its
 * speed: fail()s with what is wrong. blocks are the vCPUs' control blocks.
 */
void run_check(const struct run *run, const struct guest_vcpu *blocks);

/*
 * Measures a point, whose mode's operations are given, and writes its record to out. Ends
 * the process through fail() or skip() if that cannot be done.
 */
void run_point(const struct point *point, const struct mode *mode, FILE *out);

#endif
