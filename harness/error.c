// SPDX-License-Identifier: GPL-2.0-only
#include "error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static char kept[2048];

int error(const char *format, ...)
{
	char text[sizeof(kept)];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	strcpy(kept, text);
	return -1;
}

const char *error_text(void)
{
	return kept;
}
