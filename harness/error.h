/* SPDX-License-Identifier: GPL-2.0-only */
/* Error messages of what both programs parse, and of all that the user's program does. */
#ifndef FAULTLINE_ERROR_H
#define FAULTLINE_ERROR_H

/*
 * Keeps a message in place of the one before, and returns -1. Arguments may point into the
 * message kept so far, which is how a caller adds to it. For one thread at a time.
 */
int error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The message kept last, "" before the first one; valid until the next error(). */
const char *error_text(void);

#endif
