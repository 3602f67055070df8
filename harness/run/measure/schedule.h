/* SPDX-License-Identifier: GPL-2.0-only */
/* Runs the points of a plan and hands every record to the store as it comes. */
#ifndef FAULTLINE_SCHEDULE_H
#define FAULTLINE_SCHEDULE_H

#include "../host/host.h"
#include "../plan/plan.h"
#include "../store/store.h"

struct schedule {
	const struct setup *setup;
	const struct host *host;
	const struct plan *plan;
	struct store *store;
	unsigned int jobs; /* points at a time */
	double timeout_s; /* of one point; 0: by its cost */
	bool *is_done; /* an element a point of the plan: has an ok or skipped record */
	unsigned int ok, failed, skipped; /* records, with those that were there before */
};

/*
 * Checks that every point fits this machine's memory. Returns 0, or -1 after
 * error() with the figures.
 */
int schedule_check_memory(const struct schedule *schedule);

/*
 * Runs what is not done. Returns EXIT_FINE when every point has a record, whatever it says,
 * EXIT_POINT_FAILED after error() when one could not be started or kept, EXIT_INTERRUPTED.
 * Nothing runs any more when it returns.
 */
int schedule_run(struct schedule *schedule);

#endif
