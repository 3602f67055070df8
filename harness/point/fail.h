/* SPDX-License-Identifier: GPL-2.0-only */
/* Ends the measurement, or the test, from any thread, the way that the program has chosen. */
#ifndef FAULTLINE_FAIL_H
#define FAULTLINE_FAIL_H

#include <stdbool.h>

/* Something that should have worked did not: say what was tried and on what. */
_Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The kernel or the machine lacks what is needed: say what, and how to get it. */
_Noreturn void skip(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * What fail() and skip() (is_skip) call with their message, in the thread that failed; it must
 * not return. Without one the message goes to stderr, and the program aborts.
 */
typedef void (*fail_handler)(bool is_skip, const char *reason);

/* Sets the handler, before there are threads. NULL: none. */
void fail_set_handler(fail_handler handler);

#endif
