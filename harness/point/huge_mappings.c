// SPDX-License-Identifier: GPL-2.0-only
#include "huge_mappings.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "statistics.h"

static bool is_part(const struct memory *memory, const uint8_t *at)
{
	return (at >= memory->hva && at < memory->hva + memory->bytes) ||
	       (memory->alias && at >= memory->alias && at < memory->alias + memory->bytes);
}

/* Of smaps, in KiB: what is mapped of a huge page as a whole. */
static uint64_t process_kib(const struct memory *memory)
{
	static const char *const kinds[] = { "AnonHugePages:", "ShmemPmdMapped:", "Shared_Hugetlb:",
					     "Private_Hugetlb:" };
	FILE *in = fopen("/proc/self/smaps", "re");
	unsigned long long begin, end, kib, sum = 0;
	bool is_ours = false;
	char line[256], name[64];

	while (in && fgets(line, sizeof(line), in)) {
		if (sscanf(line, "%llx-%llx ", &begin, &end) == 2)
			is_ours = is_part(memory, (const uint8_t *)(uintptr_t)begin);
		else if (is_ours && sscanf(line, "%63s %llu kB", name, &kib) == 2)
			for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
				sum += strcmp(name, kinds[i]) ? 0 : kib;
	}
	if (in)
		fclose(in);
	return sum;
}

static int64_t kvm_kib(const struct vm *vm)
{
	static const struct {
		const char *name;
		uint64_t kib;
	} sizes[] = { { "pages_2m", 2048 }, { "pages_1g", 1024 * 1024 } };
	uint64_t sum = 0;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct statistic statistic;

		if (!statistic_open(&statistic, vm->fd, sizes[i].name))
			return -1;
		sum += statistic_read(&statistic) * sizes[i].kib;
		statistic_close(&statistic);
	}
	return (int64_t)sum;
}

struct huge_mappings huge_mappings_count(const struct memory *memory, const struct vm *vm)
{
	return (struct huge_mappings){ process_kib(memory), kvm_kib(vm) };
}
