/* SPDX-License-Identifier: GPL-2.0-only */
/* Runs a plan to its end: also one that grows, where the sweep asks for a search. */
#ifndef FAULTLINE_RUN_STEPS_H
#define FAULTLINE_RUN_STEPS_H

#include "../measure/run_json.h"

/* Gives points a place, from that one of the plan on. Returns 0, or -1 after error(). */
int run_steps_place(const struct schedule *s, size_t first);

/*
 * Takes the records of a run that is resumed: repeats the steps of its search, and marks what is
 * done. run: run.json. Returns 0, or -1 after error(), also where no step asked for one of them.
 */
int run_steps_resume(struct schedule *s, json_t *run, const struct records *records);

/*
 * Runs what is not done, and then step after step of a search; this one stops at a point that failed,
 * which might be the best. Returns as schedule_run().
 */
int run_steps_measure(struct schedule *s, json_t *run);

#endif
