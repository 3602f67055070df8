/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What differs from one draw of a point to the next, and from thread to thread in it: seeded, and so
 * the same each time.
 */
#ifndef FAULTLINE_DRAW_H
#define FAULTLINE_DRAW_H

#include <stdint.h>

#include "measurement.h"

enum draw_thread { DRAW_VCPU, DRAW_HANDLER };

/* 64 well mixed bits for thread number index of a kind, in m's draw. */
uint64_t draw_number(const struct measurement *m, enum draw_thread kind, unsigned int index);

/*
 * How much later a vCPU starts in this draw, in ticks: by up to max_ns of
 * results; 0 where there is but one. Who meets whom at a lock follows from the last instruction
 * of each: a small displacement, as good as any other, tells how much of a figure that is (Alameldeen
 * and Wood, Variability in Architectural Simulations of Multi-Threaded Workloads, HPCA 2003).
 */
uint64_t draw_shift(const struct measurement *m, unsigned int vcpu, unsigned int max_ns);

/*
 * Has the thread, pinned to its simulated CPU, take up to DRAW_PAGES - 1 pages, a number that is its
 * own, and returns them for draw_give_pages(), or NULL where CPUs are not simulated in parallel.
 * The kernel keeps lists of pages for each CPU and takes a lock that all share when one is full or
 * empty. CPUs of a machine that has been up for a while are at different points of theirs; simulated
 * ones, which have all done the same, would come to that lock with the same page, and again.
 */
void *draw_take_pages(const struct measurement *m, enum draw_thread kind, unsigned int index);

void draw_give_pages(void *pages);

/*
 * Twice the 31 folios that a CPU brings to the LRU lists at once (FOLIO_BATCH_SIZE, before Linux 7
 * PAGEVEC_SIZE), and about the 63 pages that its list of free ones is filled up by (zone_batchsize()).
 */
#define DRAW_PAGES 62

#endif
