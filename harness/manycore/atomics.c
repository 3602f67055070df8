// SPDX-License-Identifier: GPL-2.0-only
#include "atomics.h"

#include <string.h>

#define LOCK 0xf0

static const uint8_t legacy_prefixes[] = { 0x66, 0x67, 0xf2, 0xf3, 0x2e,
					   0x36, 0x3e, 0x26, 0x64, 0x65 };

bool x86_is_atomic(const uint8_t *code, size_t length)
{
	size_t i = 0;

	while (i < length &&
	       (memchr(legacy_prefixes, code[i], sizeof(legacy_prefixes)) || code[i] == LOCK)) {
		if (code[i] == LOCK)
			return true;
		i++;
	}
	if (i < length && (code[i] & 0xf0) == 0x40) /* REX */
		i++;
	/* XCHG is 86 and 87; a ModRM byte from c0 on means two registers. */
	return i + 1 < length && (code[i] & 0xfe) == 0x86 && code[i + 1] < 0xc0;
}
