/* SPDX-License-Identifier: GPL-2.0-only */
/* fail() and skip() for unit tests: they come back to where a test expects them. */
#ifndef FAULTLINE_FAIL_STUB_H
#define FAULTLINE_FAIL_STUB_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "../../harness/point/fail.h"

static jmp_buf fail_return;
static bool fail_is_expected;
static char fail_message[1024];

_Noreturn static void fail_back(const char *format, va_list args)
{
	vsnprintf(fail_message, sizeof(fail_message), format, args);
	if (!fail_is_expected) {
		fprintf(stderr, "unexpected fail(): %s\n", fail_message);
		abort();
	}
	longjmp(fail_return, 1);
}

void fail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fail_back(format, args);
}

void skip(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fail_back(format, args);
}

/* Whether the statement ends in fail() or skip(); the text is in fail_message. */
#define FAILS(statement)                     \
	({                                   \
		volatile bool failed = true; \
		fail_is_expected = true;     \
		if (!setjmp(fail_return)) {  \
			statement;           \
			failed = false;      \
		}                            \
		fail_is_expected = false;    \
		failed;                      \
	})

#endif
