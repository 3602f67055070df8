/* SPDX-License-Identifier: GPL-2.0-only */
/* One point while it is measured: what modes, handlers and vCPU threads share. */
#ifndef FAULTLINE_MEASUREMENT_H
#define FAULTLINE_MEASUREMENT_H

#include <stdatomic.h>
#include <stdint.h>

#include "../keys.h"
#include "bench_ops.h"
#include "fetch.h"
#include "huge_mappings.h"
#include "kernel_state.h"
#include "memory.h"
#include "mode_ops.h"
#include "vm.h"

struct measurement {
	const struct point *point;
	const struct bench *bench;
	const struct mode *mode;
	unsigned int draw; /* which of the point's draws or, natively, rounds it is, from 0 */
	uint64_t pages_total; /* that the tested slot has room for */
	uint64_t grain_pages; /* that a fault brings; what is known of them is known of the first */
	uint64_t clock_hz; /* ticks in a second of the kernel's clock */
	uint64_t ticks_hz; /* in a second of results: the clock's, times the point's speed */
	struct vm vm;
	struct memory memory;
	struct fetch fetch; /* not set up where nobody is told of missing pages */
	struct page_record *records; /* pages_total, in the system slot */
	uint64_t task_memory_gpa; /* there, too, after these: of all vCPUs */
	_Atomic uint32_t *page_states; /* pages_total, see pages.c */
	struct abi_memory_region2 slot; /* of the tested memory; the mode adds to it */
	void *handlers; /* the mode's own, between its start() and stop() */
	const char *uffd_way; /* how userfaultfds were had; NULL: there are none */
	_Atomic uint64_t begin_ticks; /* when vCPUs start; 0 until all of them are ready */
	/* What happened, for the record. */
	_Atomic uint64_t fetches, populates;
	_Atomic uint64_t remaps; /* events for pages that were there, see struct memory */
	/* Exits after which the vCPU went on at once; of these, with the page there already. */
	_Atomic uint64_t async_exits, spurious_exits;
	_Atomic uint64_t told[WAY_COUNT]; /* of missing pages, by each way */
	/*
	 * CPU time of handlers and vCPUs, in ns of the kernel's clock: from when all vCPUs are
	 * ready to when all are done, but for waiting to start. 0 or less: it is not known.
	 */
	int64_t cpu_ns;
	int64_t handler_cpu_ns; /* of which handlers' */
	uint64_t held_up_ns; /* that the process was kept from running, see pulse.h; 0 in VMs */
	uint64_t check_page_cpu_ns; /* for which a vCPU's thread checked a page, of the quickest */
	struct kernel_state before, after; /* without and again without vCPUs' threads */
	struct huge_mappings huge_mappings; /* when all has been checked, if there may be any */
	struct guest_vcpu *blocks; /* of the vCPUs, as they left them */
	struct numa numa; /* where memory comes from */
	void *findings; /* the benchmark's own */
};

/* The first of the pages that a fault of this one brings. */
static inline uint64_t grain_begin(const struct measurement *m, uint64_t page)
{
	return page - page % m->grain_pages;
}

/* Faults that bring all pages, if each brings some. */
static inline uint64_t grains_total(const struct measurement *m)
{
	return m->pages_total / m->grain_pages;
}

static inline uint64_t grain_bytes(const struct measurement *m)
{
	return m->grain_pages * PAGE_BYTES;
}

/* Of each vCPU, where its tasks need any. */
static inline uint64_t task_memory_bytes(const struct measurement *m)
{
	const unsigned int tasks = point_tasks(m->point);

	return tasks > 1 || m->mode->defer ? TASK_MEMORY_BYTES(tasks) : 0;
}

#endif
