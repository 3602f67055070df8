/* SPDX-License-Identifier: GPL-2.0-only */
/* Small helpers of the user's program: memory, strings, files, messages. */
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

/* Like malloc and friends, but end the program with a message when there is no memory. */
void *xcalloc(size_t n, size_t size);
void *xreallocarray(void *old, size_t n, size_t size);
char *xstrdup(const char *s);
FILE *xmemstream(char **text, size_t *size);
char *xasprintf(const char *format, ...) __attribute__((format(printf, 1, 2)));

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

/* The whole file as a string, or NULL with errno set; file_read() takes final newlines off. */
char *file_read_exact(const char *path);
char *file_read(const char *path);

/* The same for small files of /proc and /sys: NULL when it cannot be read, whatever the reason. */
char *sysfs_read(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* mkdir -p. Returns 0, or -1 with errno set. */
int folders_make(const char *path);

/* Removes a folder and the files in it; folders in it stay, and so does it then. */
void folder_remove(const char *path);

/* A new folder for files that are not to stay, or NULL after error(); and its end. */
char *scratch_make(void);
void scratch_remove(char *owned);

/* Words quoted for a shell where they need it, joined by spaces. Caller frees. */
char *shell_quote(char *const *words);

/*
 * Runs a command found through PATH, without input, and returns the first
 * line of what it prints, or NULL when it cannot be run or fails.
 */
char *command_line_of(char *const *argv);

/* UTC, "2026-11-20T12:00:00Z". */
const char *time_text(char buf[32], int64_t unix_s);

/* A clock that only goes forward, in seconds. */
double monotonic_s(void);

/* A small generator with a sequence fixed by its seed (splitmix64), for the order of points. */
uint64_t prng_next(uint64_t *state);

#endif
