/* SPDX-License-Identifier: GPL-2.0-only */
/* run.json: what a run measured, with what, on what, and how to repeat it. */
#ifndef FAULTLINE_RUN_JSON_H
#define FAULTLINE_RUN_JSON_H

#include <jansson.h>

#include "schedule.h"
#include "tier_choice.h"

/* What a run is asked for. Texts must outlive the run. */
struct run_options {
	const char *sweep; /* name or file */
	struct plan_options plan;
	enum tier tier;
	enum placement placement;
	const char *out; /* NULL for a new folder under results/runs */
	const char *resume; /* folder of a run to be resumed, or NULL */
	unsigned int timeout_s; /* of a point; 0: by its cost */
	unsigned int jobs; /* 0 for the default */
	bool png; /* plots as PNG, too */
	char *const *command; /* as typed, for the record: NULL-terminated */
};

/* What run.json is made of. */
struct run_facts {
	const struct run_options *options;
	const struct sweep *sweep;
	const struct tier_choice *choice;
	const struct schedule *schedule;
};

/* A new run.json with nothing measured. New reference. */
json_t *run_json_make(const struct run_facts *facts, const struct identity *identity);

/*
 * Sets the options that made the plan of a run that is resumed, and the text of its sweep. They
 * live as long as run. Returns 0, or -1 after error().
 */
int run_json_plan(const json_t *run, struct run_options *options, const char **sweep_text);

/* Notes that the run is resumed, and where if that is another machine or the same set otherwise. */
void run_json_resumed(json_t *run, const struct schedule *schedule);

/* Brings counts, completeness and, when ended, the time of the end up to date. */
void run_json_update(json_t *run, const struct schedule *schedule, bool ended);

#endif
