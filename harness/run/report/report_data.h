/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A run folder in memory, grouped for tables and plots: a run has panels, a
 * panel has series, a series has a cell for each vCPU count.
 */
#ifndef FAULTLINE_REPORT_DATA_H
#define FAULTLINE_REPORT_DATA_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "../../phases.h"

#define VCPU_COUNTS_MAX 1024 /* distinct vCPU counts: there are no more, see VCPUS_MAX */

/* A figure over the repeats of a point. */
struct spread {
	double median, min, max;
};

/* One series at one vCPU count. */
struct cell {
	unsigned int vcpus;
	json_t *records; /* array: the repeats with status "ok" */
	bool timed; /* there are records with rates and latencies: not so in tier emulated */
	bool phased; /* ... and the phases of a fault apart: not so in mode kernel */
	bool start_skewed; /* vCPUs started over 5 % of the span apart */
	bool fetch_off; /* the fetch took more than 2 us more or less than asked for */
	struct spread rate; /* pages per second, from the first start to the last end */
	struct spread
		rate_sum; /* the same as sum of the rates of the vCPUs, each in its own time */
	struct spread p50_us, p99_us, total_us; /* of total latency; total_us is its mean */
	struct spread phase_us[PHASE_COUNT]; /* means */
};

struct series {
	char *label;
	const char *mode;
	unsigned int variant; /* how many series of the same mode come before it in the panel */
	bool one_reader; /* one userfaultfd, one handler thread that fetches inline */
	struct cell *cells; /* by ascending vcpus; only those with ok records */
	size_t cell_count;
};

/* Records that may stand in one table and on one axis: one tier, one fetch model, ... */
struct panel {
	char *key; /* what sets it apart from the others, "backing=anon fetch=0"; "" if there are none */
	const char *tier;
	json_t *records; /* array, all states */
	struct series *series;
	size_t series_count;
};

struct run_data {
	json_t *run; /* run.json */
	json_t *records; /* array sorted by id; of two of one point the later */
	struct panel *panels;
	size_t panel_count;
	bool complete;
	size_t done, failed; /* records: "ok" or "skipped"; "failed" */
	size_t planned;
	unsigned int shown_vcpus; /* that the reader asks for; 0: see panel_shown_vcpus() */
};

/*
 * Reads and groups a run folder. vcpus: where distribution and phases are shown; 0 for the largest
 * number that most series have. Returns 0, or -1 after error() and nothing to free.
 */
int run_data_load(struct run_data *run, const char *run_dir, unsigned int vcpus);

void run_data_free(struct run_data *run);

/* The text of a record's or run's member, numbers in decimal; "" when there is none. */
const char *json_text(const json_t *object, const char *name, char *buf, size_t size);

/*
 * Writes the values that a key takes in the panel: "30us", "anon,shmem" or, for
 * numbers, "64..256". Returns buf.
 */
const char *panel_values(const struct panel *panel, const char *key, char *buf, size_t size);

/* Whether its points ran on simulated CPUs that make progress in parallel. */
bool panel_is_manycore(const struct panel *panel);

/* The conditions of its points but tier, arch and fetch: "workload=...". Returns buf. */
const char *panel_conditions(const struct panel *panel, char *buf, size_t size);

/* The cell of a vCPU count, or NULL. */
const struct cell *series_cell(const struct series *series, unsigned int vcpus);

/* The vCPU counts of the panel that have ok records, ascending. Returns how many (<= max). */
size_t panel_vcpus(const struct panel *panel, unsigned int *vcpus, size_t max);

/* Whether any of its points has times. */
bool panel_timed(const struct panel *panel);

/* The largest vCPU count at which most series (all, if possible) have times; 0 when none has. */
unsigned int panel_common_vcpus(const struct panel *panel);

/* Where distribution and phases are shown: run->shown_vcpus where the panel has it, else the above. */
unsigned int panel_shown_vcpus(const struct run_data *run, const struct panel *panel);

/*
 * "6.12.117, series 0123456789ab", the kernel of that architecture; "unknown" where run.json does
 * not say. For arch NULL those of all, each once. Returns buf.
 */
const char *run_kernel(const struct run_data *run, const char *arch, char *buf, size_t size);

/* faultline's version. Returns buf. */
const char *run_version(const struct run_data *run, char *buf, size_t size);

/* "" for a whole run, else "INCOMPLETE: 3 of 12 points, 1 failed". Returns buf. */
const char *run_incomplete(const struct run_data *run, char *buf, size_t size);

/* What a tier's results are worth: in a line for tables and captions, and in full. */
const char *tier_summary(const char *tier);
const char *tier_statement(const char *tier);

/* What the panel's set-up cannot show, beyond its tier's limits, the same way; "" for nothing. */
const char *panel_limits_summary(const struct panel *panel);
const char *panel_limits_statement(const struct panel *panel);

/*
 * The points that failed or were skipped, as an array of objects {"panel",
 * "status", "series", "reason", "vcpus": [...]}, each for all points that these
 * fit. The caller drops the reference.
 */
json_t *run_problems(const struct run_data *run);

/* "vCPUs 64,128" of such an object. Returns buf. */
const char *problem_points(const json_t *problem, char *buf, size_t size);

/*
 * The known answers of the run's simulated CPUs: an array with, for each test, an array of
 * ANSWER_COLUMNS texts. Times are in simulated ns, an operation. New reference.
 */
#define ANSWER_COLUMNS 11
json_t *run_answers(const struct run_data *run);

const char *answer_title(size_t column);

/* "" without such CPUs, else "8 of 8 known answers ...". Returns buf. */
const char *run_answers_summary(const struct run_data *run, char *buf, size_t size);

#endif
