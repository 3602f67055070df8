// SPDX-License-Identifier: GPL-2.0-only
#include "lines.h"

#include <stdlib.h>

/* Tables of 16 MiB of guest memory each, made when first touched. */
#define TABLE_SHIFT 24
#define TABLES (1u << (LINES_ADDRESS_BITS - TABLE_SHIFT))
#define TABLE_LINES ((1u << TABLE_SHIFT) / LINE_BYTES)

struct lines {
	unsigned int words; /* 64 CPUs in each */
	uint64_t *tables[TABLES]; /* TABLE_LINES times words: a bit for each CPU with a copy */
};

struct lines *lines_new(unsigned int cpus)
{
	struct lines *lines = calloc(1, sizeof(*lines));

	if (lines)
		lines->words = (cpus + 63) / 64;
	return lines;
}

void lines_free(struct lines *lines)
{
	for (unsigned int i = 0; i < TABLES; i++)
		free(lines->tables[i]);
	free(lines);
}

int lines_touch(struct lines *lines, unsigned int cpu, uint64_t address, bool is_write)
{
	uint64_t **table = &lines->tables[address >> TABLE_SHIFT];
	unsigned int own_word = cpu / 64;
	uint64_t own = 1ull << cpu % 64, others = 0, *holders;

	/* Large enough for malloc to map it: only what is touched takes memory. */
	if (!*table)
		*table = calloc((size_t)TABLE_LINES * lines->words, sizeof(**table));
	if (!*table)
		return -1;
	holders = *table + address % (1u << TABLE_SHIFT) / LINE_BYTES * lines->words;
	if (!is_write && holders[own_word] & own)
		return 0;
	for (unsigned int i = 0; i < lines->words; i++)
		others |= holders[i] & ~(i == own_word ? own : 0);
	for (unsigned int i = 0; is_write && i < lines->words; i++)
		holders[i] = 0;
	holders[own_word] |= own;
	return others != 0;
}
