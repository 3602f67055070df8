/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How far a run is, on stderr: one line that changes on a terminal, a line a
 * point elsewhere.
 */
#ifndef FAULTLINE_PROGRESS_H
#define FAULTLINE_PROGRESS_H

#include <jansson.h>

#include "../plan/plan.h"

struct progress {
	size_t total, done; /* points */
	double cost_done, cost_left; /* see cost_s(); done: in this run */
	struct stopwatch watch;
	double draw_s, end_s; /* by the watch: next look of the line; end, 0: not known */
	bool terminal;
};

/* jobs: points at a time; 0 where cost_s() says nothing about seconds. */
void progress_start(struct progress *progress, const struct plan *plan, unsigned int jobs);

/* Redraws the line with the point at hand, NULL for none, at most a few times a second. */
void progress_draw(struct progress *progress, const struct planned *at_hand);

/* A point has its record. */
void progress_point_done(struct progress *progress, const struct planned *planned,
			 const json_t *record, double duration_s);

/* Takes the line away. */
void progress_end(struct progress *progress);

#endif
