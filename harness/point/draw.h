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
