/* SPDX-License-Identifier: GPL-2.0-only */
/* A step of a search: from what was measured to what is measured next. */
#ifndef FAULTLINE_SEARCH_STEP_H
#define FAULTLINE_SEARCH_STEP_H

#include <jansson.h>

#include "../plan/plan.h"
#include "../store/points.h"

/*
 * Adds to a plan, all of whose points have records, those points next to the best ones that it lacks:
 * at each vCPU count under each condition the best for its rate, for its p99, and in CPU time (see
 * contest_strongest()), of all and of each choice, such as a kind of handler. None are added where
 * nothing next to a best one is new, and so it ends: there are only so many set-ups. What is added depends on records of the plan's points alone, so that a
 * run that is resumed repeats the steps. run: run.json. Returns how many there are.
 */
size_t search_step(struct plan *plan, json_t *run, const struct records *records);

#endif
