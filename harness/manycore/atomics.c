// SPDX-License-Identifier: GPL-2.0-only
#include "atomics.h"

#include <string.h>

#define LOCK 0xf0

static const uint8_t legacy_prefixes[] = { 0x66, 0x67, 0xf2, 0xf3, 0x2e,
					   0x36, 0x3e, 0x26, 0x64, 0x65 };

bool x86_64_is_atomic(const uint8_t *code, size_t length)
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

/* Instructions are the words that have these bits where mask has ones. */
static const struct pattern {
	uint32_t mask, bits;
} arm64_patterns[] = {
	{ 0x3f208c00, 0x38200000 }, /* LDADD, LDCLR, LDEOR, LDSET, LD[SU]MAX, LD[SU]MIN; ST... */
	{ 0x3f20fc00, 0x38208000 }, /* SWP */
	{ 0x3fa07c00, 0x08a07c00 }, /* CAS */
	{ 0xbfa07c00, 0x08207c00 }, /* CASP */
	{ 0x3fe07c00, 0x08007c00 }, /* STXR, STLXR */
	{ 0xbfe00000, 0x88200000 }, /* STXP, STLXP */
};

bool arm64_is_atomic(const uint8_t *code, size_t length)
{
	uint32_t word;

	if (length != sizeof(word))
		return false;
	memcpy(&word, code, sizeof(word)); /* little-endian, as this machine */
	for (size_t i = 0; i < sizeof(arm64_patterns) / sizeof(arm64_patterns[0]); i++)
		if ((word & arm64_patterns[i].mask) == arm64_patterns[i].bits)
			return true;
	return false;
}
