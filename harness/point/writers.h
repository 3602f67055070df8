/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vCPUs that run the workload writer, each on its share of the tested slot, from its first page on,
 * while the calling thread does something to that slot. All end through fail() on errors.
 */
#ifndef FAULTLINE_WRITERS_H
#define FAULTLINE_WRITERS_H

#include "measurement.h"

struct writers;

/* Starts as many as the point has vCPUs. They write from the next epoch on. */
struct writers *writers_start(struct measurement *m);

/* What they note counts anew from their next writes on, see struct write_log. */
void writers_begin_epoch(struct writers *writers);

/* Until each is through the first pass of the epoch. */
void writers_await_pass(struct writers *writers);

/* Until each has written to all of its pages again, from now on, and noted that. */
void writers_await_all(struct writers *writers);

/*
 * From now on who comes out of the guest stays out, until writers_open(): because of an access
 * that KVM does not let through, or interrupted by writers_pause().
 */
void writers_close(struct writers *writers);
void writers_open(struct writers *writers);

/* After writers_close(): takes all out of KVM_RUN, and returns when they are. */
void writers_pause(struct writers *writers);

/* The same between writers_pause() and writers_open(), or without one of them: what a vCPU has noted. */
struct write_log writers_log(const struct writers *writers, unsigned int vcpu);

/* The page, of the slot, that a vCPU's write of that number, from 1, goes to. */
uint64_t writers_page(const struct writers *writers, unsigned int vcpu, uint64_t number);

/* How often vCPUs have left the guest for the kernel, all in all; INT64_MAX where KVM does not tell. */
int64_t writers_exits(const struct writers *writers);

/* Has them end, which takes an open slot. What they have noted stays. */
void writers_stop(struct writers *writers);

/*
 * Afterwards: how many pages have the number in word 0 that the last write to them has left there;
 * all that they have written to should.
 */
uint64_t writers_verify(const struct writers *writers);

void writers_free(struct writers *writers);

#endif
