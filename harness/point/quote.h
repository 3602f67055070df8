/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FAULTLINE_QUOTE_H
#define FAULTLINE_QUOTE_H

#include <stdio.h>

/* Writes text as a JSON string (RFC 8259): quotes, backslashes, control characters are escaped. */
void quote_json(FILE *out, const char *text);

#endif
