/* SPDX-License-Identifier: GPL-2.0-only */
/* Small helpers of the user's program: exit codes, memory, strings, messages, time. */
#ifndef FAULTLINE_UTIL_H
#define FAULTLINE_UTIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "../../error.h"

/* Exit codes of every command. */
enum exit_code {
	EXIT_FINE = 0,
	EXIT_POINT_FAILED = 1, /* also a check that failed, a regression */
	EXIT_USAGE = 2, /* bad input, or something that the command needs is missing */
	EXIT_SKIPPED = 4, /* nothing could run here */
	EXIT_INTERRUPTED = 130,
};

/* Memory that somebody asked for: ends the program with a message when it is NULL. */
void *must_have(void *memory);

/* Like malloc and friends, but end the program with a message when there is no memory. */
void *xcalloc(size_t n, size_t size);
void *xreallocarray(void *old, size_t n, size_t size);
char *xstrdup(const char *s);
char *xasprintf(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A string that is written like a file. */
struct text {
	char *text;
	size_t size;
	FILE *out;
};

/* Begins an empty one. Returns its out. */
FILE *text_open(struct text *text);

/* Ends it. Returns its text, which the caller frees. */
char *text_close(struct text *text);

/* Prints "faultline: message" and a newline to stderr. */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same with the message that error() keeps. */
void complain_error(void);

/* A growing NULL-terminated array of strings that it owns; all zero is an empty one. */
struct strings {
	char **v;
	size_t n;
};

void strings_add(struct strings *s, char *owned);
void strings_free(struct strings *s);

/* The last line that is not empty, without \n or a serial line's \r\n. Caller frees. */
char *last_line(const char *text);

/* UTC, "2026-11-20T12:00:00Z". */
const char *time_text(char buf[32], int64_t unix_s);

/*
 * The time during which this process could run, for limits and estimates: while it is stopped
 * (Ctrl-Z), the machine suspended, or others have all CPUs, a limit would be reached by waiting
 * alone. To be looked at every LOOK_EVERY_S; much longer pauses count as one. It does not follow
 * changes of the time of day.
 */
#define LOOK_EVERY_S 0.5
struct stopwatch {
	double looked_s, counted_s;
};

void stopwatch_start(struct stopwatch *watch);

/* Seconds since the start. */
double stopwatch_s(struct stopwatch *watch);

/* A small generator with a sequence fixed by its seed (splitmix64), for the order of points. */
uint64_t prng_next(uint64_t *state);

#endif
