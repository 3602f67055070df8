/* SPDX-License-Identifier: GPL-2.0-only */
/* Runs the points of a plan and hands every record to the store as it comes. */
#ifndef FAULTLINE_SCHEDULE_H
#define FAULTLINE_SCHEDULE_H

#include "execution.h"
#include "identity.h"
#include "tier_choice.h"
#include "../plan/plan.h"
#include "../store/store.h"

struct schedule {
	const struct setup *setup;
	const struct host *host;
	struct plan *plan;
	struct store *store;
	struct identity *identity; /* of what points are measured with */
	enum placement placement; /* of points that are planned meanwhile */
	bool is_changed; /* it did, and no point counts from then on */
	unsigned int jobs; /* points at a time */
	unsigned int timeout_s; /* of one point; 0: by its cost */
	unsigned int ok, failed, skipped; /* records, with those that were there before */
};

/* Checks all that is not done against the limits in force. Returns 0, or -1 after error(). */
int schedule_check_limits(const struct schedule *schedule, const char *folder);

/*
 * Complains where threads on this machine's own CPUs are more than those, or than a quota pays for,
 * and where handler threads poll on CPUs that they share.
 */
void schedule_warn(const struct schedule *schedule);

/*
 * Marks and counts anew the points that have a record. Sets stranger to a record that is of no point
 * of the plan, or to NULL. Returns 0, or -1 after error() when a point has two.
 */
int schedule_mark_done(struct schedule *schedule, const struct records *records,
		       const struct record **stranger);

/* A planned point as it is to be run. */
struct job schedule_job(const struct schedule *schedule, const struct planned *planned);

/*
 * Runs what is not done. Returns 0 when every point has a record, whatever it says, -1 after
 * error() when one could not be started or kept or is_changed, INTERRUPTED. Nothing runs any more when it
 * returns.
 */
int schedule_run(struct schedule *schedule);

#endif
