// SPDX-License-Identifier: GPL-2.0-only
#include "lines.h"

#include <stdlib.h>

/* Tables of 16 MiB of guest memory each, made when first touched. */
#define TABLE_SHIFT 24
#define TABLES (1u << (LINES_ADDRESS_BITS - TABLE_SHIFT))
#define TABLE_LINES ((1u << TABLE_SHIFT) / LINE_BYTES)

struct lines {
	int64_t charge_ns;
	unsigned int words; /* 64 CPUs in each */
	/* Of each line: when it is free for the next transfer, and a bit for each CPU with a copy. */
	uint64_t *tables[TABLES];
};

struct lines *lines_new(unsigned int cpus, int64_t charge_ns)
{
	struct lines *lines = calloc(1, sizeof(*lines));

	if (lines) {
		lines->charge_ns = charge_ns;
		lines->words = (cpus + 63) / 64;
	}
	return lines;
}

void lines_forget(struct lines *lines)
{
	for (unsigned int i = 0; i < TABLES; i++) {
		free(lines->tables[i]);
		lines->tables[i] = NULL;
	}
}

void lines_free(struct lines *lines)
{
	lines_forget(lines);
	free(lines);
}

/* Of the line in its table. */
static size_t line_index(const struct lines *lines, uint64_t address)
{
	return address % (1u << TABLE_SHIFT) / LINE_BYTES * (1 + lines->words);
}

const uint64_t *lines_holders(const struct lines *lines, unsigned int cpu, uint64_t address,
			      uint64_t *mask)
{
	const uint64_t *line = lines->tables[address >> TABLE_SHIFT] + line_index(lines, address);

	*mask = 1ull << cpu % 64;
	return line + 1 + cpu / 64;
}

int64_t lines_touch(struct lines *lines, unsigned int cpu, uint64_t address, bool is_write,
		    int64_t now_ns)
{
	uint64_t **table = &lines->tables[address >> TABLE_SHIFT];
	unsigned int own_word = cpu / 64;
	uint64_t own = 1ull << cpu % 64, others = 0, *line, *holders;
	int64_t start_ns;
	bool is_shared = false;

	/* Large enough for malloc to map it: only what is touched takes memory. */
	if (!*table)
		*table = calloc((size_t)TABLE_LINES * (1 + lines->words), sizeof(**table));
	if (!*table)
		return -1;
	line = *table + line_index(lines, address);
	holders = line + 1;
	if (!is_write && holders[own_word] & own)
		return 0;
	for (unsigned int i = 0; i < lines->words; i++) {
		uint64_t word = holders[i] & ~(i == own_word ? own : 0);

		is_shared |= word & (word - 1) || (word && others);
		others |= word;
	}
	for (unsigned int i = 0; is_write && i < lines->words; i++)
		holders[i] = 0;
	holders[own_word] |= own;
	if (!others)
		return 0;
	/* Further copies of a shared line do not hold it up: its owner need not give it up. */
	start_ns = (int64_t)line[0] > now_ns ? (int64_t)line[0] : now_ns;
	if (is_write || !is_shared)
		line[0] = (uint64_t)(start_ns + lines->charge_ns);
	return start_ns + lines->charge_ns - now_ns;
}
