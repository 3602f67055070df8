/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How far a run is, on stderr: one line that changes on a terminal, a line a
 * point elsewhere.
 */
#ifndef FAULTLINE_PROGRESS_H
#define FAULTLINE_PROGRESS_H

#include <jansson.h>

#include "plan.h"

struct progress {
	size_t total, done; /* points */
	double cost_total, cost_done, cost_before; /* see cost_s(); before: by an earlier run */
	double started_s, drawn_s;
	bool terminal;
};

/* done points of plan are there already: those for which is_done is true. */
void progress_start(struct progress *progress, const struct plan *plan, const bool *is_done);

/* Redraws the line with the point at hand, NULL for none, at most a few times a second. */
void progress_draw(struct progress *progress, const struct planned *at_hand);

/* A point has its record. */
void progress_point_done(struct progress *progress, const struct planned *planned,
			 const json_t *record, double duration_s);

/* Takes the line away. */
void progress_end(struct progress *progress);

#endif
