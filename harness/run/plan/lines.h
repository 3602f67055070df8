/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The lines of an INI file, as libinih takes them: it cuts them off at 200 bytes, or calls the
 * rest another line. So the end of a long one is kept here. Lines come without comments (of any
 * length, also behind a value, when a blank stands before their ; or #) and without blanks
 * around them. They may end as on any system; a byte order mark at the start is skipped.
 */
#ifndef FAULTLINE_LINES_H
#define FAULTLINE_LINES_H

#include <stdbool.h>

struct lines {
	char *next; /* what has not been read; is written to */
	int number; /* of the last line read */
	bool is_utf8; /* whether that one is */
	const char *tail; /* its end that did not fit, or "" */
};

/* Begins with the first one of text. */
void lines_begin(struct lines *lines, char *text);

/* Puts the next line, or as much of it as fits, into buf. Returns buf, or NULL at the end. */
char *lines_next(struct lines *lines, char *buf, int size);

/* What is taken off around them: blanks, tabs and the like. */
bool is_blank(char c);

#endif
