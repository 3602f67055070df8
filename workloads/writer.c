// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each vCPU writes to a part of its own, page after page and over again, until it is told to stop.
 * What it notes of that is in memory that is never taken away from it.
 */
#include "access.h"

void workload_writer(struct guest_vcpu *self);

/* What was of an epoch before is of no use in this one. */
static void begin_epoch(volatile struct write_log *log, uint64_t epoch, uint64_t now)
{
	log->gap_ticks = 0;
	log->pass_ticks = 0;
	log->first_ticks = now;
	__atomic_store_n(&log->seen_epoch, epoch, __ATOMIC_RELEASE);
}

void workload_writer(struct guest_vcpu *self)
{
	volatile struct write_log *log = &self->log;
	uint64_t page = 0, writes = 0, last_of_pass = 0, last = arch_ticks();

	while (!log->stop) {
		const uint64_t issued = arch_ticks();
		uint64_t now, epoch;

		page_words(self, self->first_page + page)[0] = ++writes;
		/* In this order: stopped in between, a write from before would be of the new epoch. */
		epoch = log->epoch;
		now = arch_ticks();
		log->issued_ticks = issued;
		log->last_ticks = now;
		log->writes = writes;
		if (epoch != log->seen_epoch) {
			begin_epoch(log, epoch, now);
			last_of_pass = writes + self->pages;
		}
		if (now - last > log->gap_ticks) {
			log->gap_ticks = now - last;
			log->gap_begin_ticks = last;
		}
		if (writes == last_of_pass)
			log->pass_ticks = now - log->first_ticks;
		last = now;
		if (++page == self->pages)
			page = 0;
	}
}
