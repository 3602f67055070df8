/* SPDX-License-Identifier: GPL-2.0-only */
/* The one reader of points.jsonl: for who resumes a run, and who reports on it. */
#ifndef FAULTLINE_POINTS_H
#define FAULTLINE_POINTS_H

#include <jansson.h>

#include "../plan/keyset.h"

/* A record, and the point that it is of. */
struct record {
	json_t *json;
	struct point point; /* keys that a record of an older run lacks have their defaults */
	const char *series, *status, *reason; /* of json; "" where there is none */
	int line; /* of the file */
	keyset per_vcpu; /* for who groups records: counts that follow the vCPUs */
};

/* Takes over the reference. Returns 0, or -1 after error() and nothing to free. */
int record_init(struct record *record, json_t *json);

struct records {
	struct record *v;
	size_t n;
};

/* Whether it has figures; and whether its point need not be measured again: also if it cannot be. */
bool record_is_ok(const struct record *record);
bool record_is_settled(const struct record *record);

/*
 * The records of a run's folder in the order in which they were written, which may hold several
 * of one point. A last line without its end was cut short, and is left out. Returns 0, or -1
 * after error() and nothing to free.
 */
int records_read(struct records *records, const char *dir);

void records_free(struct records *records);

#endif
