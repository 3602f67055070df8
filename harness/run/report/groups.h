/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A run folder in memory, grouped for tables and plots: a run has panels, a panel has series, a
 * series has a cell for each vCPU count. All of them are stretches of one sorted list of records.
 */
#ifndef FAULTLINE_GROUPS_H
#define FAULTLINE_GROUPS_H

#include "cells.h"

/* Records that may stand in one table and on one axis: one tier, one fetch model, ... */
struct panel {
	char *key; /* what sets it apart from the others, "backing=anon fetch=0"; "" if nothing */
	const struct record *records; /* all states */
	size_t record_count;
	const struct point *point; /* of its first record: good for what sets panels apart */
	struct series *series; /* in the order of the sweep */
	size_t series_count;
	unsigned int *vcpus; /* the counts that have ok records, ascending */
	size_t vcpus_count;
	/* Where distribution and phases are shown; 0 where no point has times. */
	unsigned int shown_vcpus;
};

struct run_data {
	json_t *run; /* run.json */
	enum tier tier;
	struct records records; /* of two of one point the later */
	struct panel *panels; /* by the values of the keys that set them apart */
	size_t panel_count;
	keyset apart; /* the keys that set panels apart */
	bool complete;
	size_t done, failed; /* records: "ok" or "skipped"; "failed" */
	size_t planned;
};

/*
 * Reads and groups a run folder. vcpus: where distribution and phases are shown; 0 for the largest
 * number that most series have. Returns 0, or -1 after error() and nothing to free.
 */
int run_data_load(struct run_data *run, const char *run_dir, unsigned int vcpus);

/* Makes panels of a run that has its run.json and its records alone. */
void run_data_group(struct run_data *run);

void run_data_free(struct run_data *run);

/* Adds a number of vCPUs to an ascending list, unless it is there. The caller frees the list. */
void vcpus_add(unsigned int **list, size_t *count, unsigned int vcpus);

/* The panel's series of that label, or NULL. */
const struct series *panel_series(const struct panel *panel, const char *label);

/* Whether its points ran on simulated CPUs that make progress in parallel. */
bool panel_is_manycore(const struct panel *panel);

/* Whether they shared one simulated CPU. */
bool panel_is_one_cpu(const struct panel *panel);

#endif
