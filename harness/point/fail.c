// SPDX-License-Identifier: GPL-2.0-only
#include "fail.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define REASON_BYTES 2048

static fail_handler registered;

void fail_set_handler(fail_handler handler)
{
	registered = handler;
}

_Noreturn static void give_up(bool is_skip, const char *format, va_list args)
{
	char reason[REASON_BYTES];

	vsnprintf(reason, sizeof(reason), format, args);
	if (registered)
		registered(is_skip, reason);
	fprintf(stderr, "%s: %s\n", is_skip ? "skipped" : "failed", reason);
	abort();
}

void fail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	give_up(false, format, args);
}

void skip(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	give_up(true, format, args);
}
