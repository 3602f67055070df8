/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One point being measured: a child process with its own process group, so
 * that Ctrl-C reaches faultline only, which then ends its children itself.
 */
#ifndef FAULTLINE_EXECUTION_H
#define FAULTLINE_EXECUTION_H

#include <jansson.h>
#include <sys/types.h>

#include "../host/cpu_share.h"
#include "../host/host.h"
#include "../host/memory_room.h"

#define INTERRUPTED (-2) /* what functions return that were interrupted, after error() */

/* What is to be run. host and point must outlive the execution. */
struct job {
	const struct setup *setup;
	const struct host *host;
	const struct point *point;
	const char *log_dir,
		*stem; /* files are log_dir/STEM.*; the current folder's without a log_dir */
	bool has_account; /* one of these tells where the time went; on simulated CPUs only */
	unsigned int timeout_s; /* after which the point has failed; 0: by its cost */
};

/* The command that measures the point, quoted for a shell. Caller frees. */
char *job_command(const struct job *job);

struct execution {
	const struct host *host;
	const struct point *point;
	struct point_files files;
	char *name; /* how messages name the files, without what follows the stem */
	pid_t pid; /* 0 when nothing runs */
	int64_t started_unix_s;
	struct stopwatch watch;
	double timeout_s;
	bool timed_out;
	struct memory_kills kills_before;
	/* Of hosts on which points are alone: the CPUs whose time the point needs, and what became of it. */
	char *cpus;
	struct cpu_losses losses_before;
	json_t *lost; /* after it has ended */
};

/*
 * Blocks the signals that event_wait() waits for, apart from requests to end that were
 * ignored or blocked when faultline was started. To be called before the first child.
 */
void events_init(void);

/*
 * Until a child ends, faultline is asked to end (SIGINT, SIGTERM, SIGHUP, SIGXCPU), or
 * LOOK_EVERY_S have gone by. Returns 0, or INTERRUPTED.
 */
int event_wait(void);

/* Starts the point, in place of files of the same names. Returns 0, or -1 after error(). */
int execution_start(struct execution *e, const struct job *job);

/*
 * Looks whether the point has ended, and ends it when its time is up. Returns NULL
 * while it runs; afterwards the record (without series, id and wall), a failed one
 * when there was trouble. New reference.
 */
json_t *execution_poll(struct execution *e);

/* The "wall" object of its record, after it has ended. New reference. */
json_t *execution_wall(struct execution *e);

/* Ends it at once if it still runs, and forgets it. */
void execution_free(struct execution *e);

/*
 * Runs one point to its end, without a progress line. Sets *record and, unless it is NULL,
 * *wall: new references. Returns 0; -1 after error() when it could not be started; INTERRUPTED.
 */
int execution_run(const struct job *job, json_t **record, json_t **wall);

#endif
