/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Searching for the best set-up of userfaultfd: which keys are varied, which set-ups are next to one,
 * and how it is called. The step from records to points is ../cmd/search_step.h.
 */
#ifndef FAULTLINE_SEARCH_H
#define FAULTLINE_SEARCH_H

#include "keyset.h"

/* Reads a list of keys that can be searched. Returns 0, or -1 after error(). */
int search_keys_parse(const char *text, keyset *keys);

/* "8 uffds, reader per vCPU, poll": what a resolved point is by those keys. Caller frees. */
char *search_name(const struct point *p, keyset keys);

/* Those of the keys that have no number. */
keyset search_choices(keyset keys);

struct points {
	struct point *v;
	size_t n;
};

/*
 * The points next to a resolved one: a count is the next power of two, up or down, between 1 and the
 * vCPUs, or as many as these; all counts are the next ones together; a choice is another one. The
 * caller frees v.
 */
struct points search_neighbours(const struct point *p, keyset keys);

#endif
