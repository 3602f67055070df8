/* SPDX-License-Identifier: GPL-2.0-only */
/* run.json: what a run measured, with what, on what, and how to repeat it. */
#ifndef FAULTLINE_RUN_JSON_H
#define FAULTLINE_RUN_JSON_H

#include <jansson.h>

#include "schedule.h"

struct run_facts {
	const char *sweep_name; /* as asked for */
	const char *sweep_label; /* without folder and .ini */
	const struct sweep *sweep;
	struct plan_options options;
	enum tier tier;
	const char *tier_why;
	bool place; /* threads are pinned to CPUs */
	char **argv; /* of the command */
};

/*
 * What decides results: the objects "faultline" and, with kernel and QEMU for each of the plan's
 * architectures, "targets". Returns a new reference, or NULL after error().
 */
json_t *run_identity(const struct setup *setup, const struct host *host, const struct plan *plan);

/*
 * Compares a run's identity with that of now. Returns 0 when they agree, or -1
 * after error() with the first difference.
 */
int run_identity_check(const json_t *run, const json_t *identity);

/* A new run.json with nothing measured. identity is as run_identity() gave it. New reference. */
json_t *run_json_make(const struct run_facts *facts, const struct schedule *schedule,
		      const json_t *identity);

/* Notes that the run is gone on with. */
void run_json_resumed(json_t *run);

/* Brings counts, completeness and, when ended, the time of the end up to date. */
void run_json_update(json_t *run, const struct schedule *schedule, bool ended);

#endif
