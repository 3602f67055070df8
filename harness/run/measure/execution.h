/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One point being measured: a child process with its own process group, so
 * that Ctrl-C reaches faultline only, which then ends its children itself.
 */
#ifndef FAULTLINE_EXECUTION_H
#define FAULTLINE_EXECUTION_H

#include <jansson.h>
#include <sys/types.h>

#include "../host/host.h"

/* Names the files DIR/STEM.*; and their end. */
void point_files_init(struct point_files *files, const char *dir, const char *stem);
void point_files_free(struct point_files *files);

struct execution {
	const struct point *point;
	const struct host *host;
	struct point_files files;
	char *log_dir_name; /* how messages name the files' folder */
	char *stem;
	pid_t pid; /* 0 when nothing runs */
	int64_t started_unix_s;
	double started_s; /* monotonic */
	double timeout_s;
	bool timed_out;
	bool keep_status; /* it says more about what went wrong */
};

/* Waits for something to do. */
enum event { EVENT_CHILD, EVENT_TIMEOUT, EVENT_INTERRUPT };

/* Blocks the signals that event_wait() waits for. To be called before the first child. */
void events_init(void);

/* Until a child ends, faultline is asked to end (SIGINT, SIGTERM, SIGHUP), or time is up. */
enum event event_wait(double timeout_s);

/*
 * Starts the point. Files are named log_dir/STEM.*; old ones are removed.
 * The point must outlive the execution. Returns 0, or -1 after error().
 */
int execution_start(struct execution *e, const struct setup *setup, const struct host *host,
		    const struct point *p, const char *log_dir, const char *stem, double timeout_s);

/*
 * Looks whether the point has ended, and ends it when its time is up. Returns NULL
 * while it runs; afterwards the record (without series, id and wall), a failed one
 * when there was trouble. New reference.
 */
json_t *execution_poll(struct execution *e);

/* Ends it at once and waits for that. Nothing happens when it has ended. */
void execution_kill(struct execution *e);

/* The "wall" object of its record, after it has ended. New reference. */
json_t *execution_wall(const struct execution *e);

/* Forgets an execution that has ended or was killed. */
void execution_free(struct execution *e);

/*
 * Runs one point to its end, without a progress line, in log_dir/STEM.*. Returns the record, or NULL when
 * interrupted, or after error() when it could not be started. has_account: log_dir/STEM.account
 * is to tell where the time went, on simulated CPUs only. New reference.
 */
json_t *execution_run(const struct setup *setup, const struct host *host, const struct point *p,
		      const char *log_dir, const char *stem, bool has_account, double timeout_s,
		      bool *interrupted, json_t **wall);

#endif
