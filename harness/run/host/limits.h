/* SPDX-License-Identifier: GPL-2.0-only */
/* What a point needs of what this process is allowed, and how more of it is had. */
#ifndef FAULTLINE_LIMITS_H
#define FAULTLINE_LIMITS_H

#include "host.h"

/* What there is of something. */
struct room {
	uint64_t n; /* UINT64_MAX: no limit that is known */
	char *bound; /* what sets the limit; NULL: there is none */
};

struct limit {
	const char *name;
	const char *unit; /* of n; "B": shown in larger ones */
	/* folder: where files go. The caller frees bound. */
	struct room (*room)(const char *folder);
	const char *raise; /* what helps */
};

/* Indexed by enum limit_id. */
extern const struct limit limits[];

/*
 * Checks that a point fits one of them, and if not names what it needs, what there is and what
 * helps, that many points together. folder: where their files go. Returns 0, or -1 after error().
 */
int limit_check(const struct host *host, const struct point *p, enum limit_id id,
		const char *folder, size_t points);

/* The same of a single point and all of them. */
int limits_check(const struct host *host, const struct point *p, const char *folder);

/*
 * What may have ended a process of a point by this signal, with what helps, or NULL when that
 * cannot be. Caller frees.
 */
char *limit_kill_cause(int signal);

/* Room as people read it, with what sets it. Caller frees. */
char *limit_text(const struct limit *limit, const struct room *room);

#endif
