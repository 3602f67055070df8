/* SPDX-License-Identifier: GPL-2.0-only */
/* A point that is asked for in words, for tests of what goes together. */
#ifndef FAULTLINE_PARSED_POINT_H
#define FAULTLINE_PARSED_POINT_H

#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "../../harness/keys.h"

#define PAIRS_MAX 8

static struct point p;

/* Words of KEY=VALUE with blanks between. */
static inline int parse(const char *words)
{
	static char text[256];
	char *pairs[PAIRS_MAX + 1] = { 0 };
	size_t n = 0;

	snprintf(text, sizeof(text), "%s", words);
	for (char *word = strtok(text, " "); word && n < PAIRS_MAX; word = strtok(NULL, " "))
		pairs[n++] = word;
	return point_parse(&p, pairs);
}

static inline void accepted(const char *words)
{
	if (parse(words))
		print_error("%s: %s\n", words, error_text());
	assert_int_equal(parse(words), 0);
	/* As sweeps and records do it. */
	assert_int_equal(point_resolve(&p), 0);
}

static inline void refused(const char *words, const char *in_message)
{
	assert_int_equal(parse(words), -1);
	if (!strstr(error_text(), in_message))
		print_error("%s: %s\n", words, error_text());
	assert_non_null(strstr(error_text(), in_message));
}

#endif
