/* SPDX-License-Identifier: GPL-2.0-only */
/* fail() and skip() for unit tests: they come back to where a test expects them. */
#ifndef FAULTLINE_FAIL_STUB_H
#define FAULTLINE_FAIL_STUB_H

#include <setjmp.h>
#include <stdio.h>

#include "../../harness/point/fail.h"

static jmp_buf fail_return;
static char fail_message[1024];

static void fail_back(bool is_skip, const char *reason)
{
	(void)is_skip;
	snprintf(fail_message, sizeof(fail_message), "%s", reason);
	longjmp(fail_return, 1);
}

/* Whether the statement ends in fail() or skip(); the text is in fail_message. */
#define FAILS(statement)                     \
	({                                   \
		volatile bool failed = true; \
		fail_set_handler(fail_back); \
		if (!setjmp(fail_return)) {  \
			statement;           \
			failed = false;      \
		}                            \
		fail_set_handler(NULL);      \
		failed;                      \
	})

#endif
