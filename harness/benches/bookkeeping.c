// SPDX-License-Identifier: GPL-2.0-only
#include "bookkeeping.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../point/fail.h"

#define LONG_BITS (8 * sizeof(unsigned long))

/* CPUs count for themselves, and add that up when it is much, or when they are asked to. */
static void add_up(void)
{
	FILE *refresh = fopen("/proc/sys/vm/stat_refresh", "re");

	if (!refresh)
		return;
	fgetc(refresh);
	fclose(refresh);
}

void bookkeeping_read(struct bookkeeping *bookkeeping)
{
	const struct {
		const char *format;
		int64_t *kib;
	} fields[] = {
		{ "Slab: %lld", &bookkeeping->slab_kib },
		{ "PageTables: %lld", &bookkeeping->page_tables_kib },
	};
	long long kib;
	char line[128];
	FILE *in;

	add_up();
	in = fopen("/proc/meminfo", "re");
	if (!in)
		fail("open /proc/meminfo: %s", strerror(errno));
	*bookkeeping = (struct bookkeeping){ 0 };
	while (fgets(line, sizeof(line), in))
		for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
			if (sscanf(line, fields[i].format, &kib) == 1)
				*fields[i].kib = kib;
	fclose(in);
}

/* Slots of MiB are a multiple of words. */
uint64_t bitmap_bytes(const struct measurement *m)
{
	return m->slot.flags & ABI_MEM_USERFAULT ? m->pages_total / 8 : 0;
}

static const unsigned long *bitmap(const struct measurement *m)
{
	return (const unsigned long *)(uintptr_t)m->slot.userfault_bitmap;
}

uint64_t bitmap_clear_bits(const struct measurement *m)
{
	uint64_t clear = 0;

	for (uint64_t i = 0; i < bitmap_bytes(m) / sizeof(long); i++)
		clear += LONG_BITS - (unsigned int)__builtin_popcountl(bitmap(m)[i]);
	return clear;
}
