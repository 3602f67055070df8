/* SPDX-License-Identifier: GPL-2.0-only */
/* A host is where points execute: a VM that boots the patched kernel, or this machine. */
#ifndef FAULTLINE_HOST_H
#define FAULTLINE_HOST_H

#include "../../keys.h"
#include "setup.h"

/* What a point's process writes. */
struct point_files {
	char *record; /* one line of JSON */
	char *console; /* of the VM; empty natively */
	char *errors; /* stderr */
	char *control; /* what the VM tells the simulator; only there with simulated CPUs */
	char *status; /* what the simulator says; the same */
	char *account; /* of where the time went; NULL when nobody asks for it */
};

/* Of a record and of what a point writes beside it; most have less. */
#define LOG_BYTES (8 * 1024)

/* What a point can find too little of, see limits.h. */
enum limit_id {
	LIMIT_MEMORY,
	LIMIT_ADDRESS_SPACE,
	LIMIT_DESCRIPTORS,
	LIMIT_THREADS,
	LIMIT_MAPPINGS,
	LIMIT_CPU_TIME, /* nobody knows before how much it takes: shown, and named when it ends one */
	LIMIT_FILE_SIZE,
	LIMIT_DISK,
	LIMIT_COUNT
};

struct host {
	const char *name;
	bool one_at_a_time; /* points disturb each other's times */
	bool has_record_on_stdout; /* otherwise the command's stdout goes to the errors */

	/*
	 * Checks once what no point of that architecture can do without. Returns 0, or -1 after
	 * error().
	 */
	int (*prepare)(const struct setup *setup, enum arch arch);

	/* How much of it the point needs. */
	uint64_t (*needs)(const struct point *p, enum limit_id what);

	/*
	 * Checks what only this point cannot do without; NULL for nothing to check.
	 * Returns 0, or -1 after error().
	 */
	int (*check_point)(const struct setup *setup, const struct point *p);

	/* Adds the words of the command that measures the point. */
	void (*command)(const struct setup *setup, const struct point *p,
			const struct point_files *files, struct strings *words);

	/* Reads what the process left as its record, or NULL after error(). New reference. */
	json_t *(*parse)(const char *text, const struct point *p);

	/*
	 * Whether the point was measured on what it asks for, NULL for nothing to check.
	 * Returns 0, or -1 after error().
	 */
	int (*verify)(const struct point *p, const struct point_files *files);

	/*
	 * What the files, apart from the errors, tell about an end without a record; NULL for
	 * nothing. Caller frees.
	 */
	char *(*explain)(const struct point_files *files);
};

/* host_answers: known answers of the point's simulated CPUs, see known_answers.h. */
extern const struct host host_vm, host_native, host_answers;

/* The one on which points of a tier execute. */
const struct host *host_of(enum tier tier);

/*
 * Checks whether points of an architecture can run in a tier at all, on this machine. Returns
 * 0, or -1 after error().
 */
int tier_check(const struct setup *setup, enum tier tier, enum arch arch);

#endif
