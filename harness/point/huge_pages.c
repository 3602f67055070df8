// SPDX-License-Identifier: GPL-2.0-only
#include "huge_pages.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "fail.h"

#define THP "/sys/kernel/mm/transparent_hugepage/"

void huge_pages_allow(const struct point *p)
{
	/* The former is off where a kernel has less than 512 MiB; the latter is by default. */
	static const struct {
		const char *path, *value;
	} settings[] = { { THP "enabled", "madvise" }, { THP "shmem_enabled", "advise" } };

	const bool asks = p->thp == THP_ALWAYS || p->mapped == MAPPED_2M;

	for (size_t i = 0; asks && i < 2; i++) {
		FILE *out = fopen(settings[i].path, "we");

		/* Where it cannot be had, huge_pages_ask() says so. */
		if (!out)
			continue;
		fputs(settings[i].value, out);
		fclose(out);
	}
}

static void check_setting(const char *name)
{
	char path[128], line[128] = "";
	FILE *in;

	snprintf(path, sizeof(path), THP "%s", name);
	in = fopen(path, "re");
	if (!in || !fgets(line, sizeof(line), in))
		skip("%s: %s; this kernel has no transparent huge pages", path, strerror(errno));
	fclose(in);
	if (strstr(line, "[never]") || strstr(line, "[deny]"))
		skip("this memory has no transparent huge pages here: echo %s | sudo tee %s",
		     strstr(line, "advise") && !strstr(line, "madvise") ? "advise" : "madvise",
		     path);
}

void huge_pages_ask(uint8_t *memory, size_t bytes, const char *setting)
{
	check_setting(setting);
	if (madvise(memory, bytes, MADV_HUGEPAGE))
		skip("madvise(MADV_HUGEPAGE): %s; this takes transparent huge pages",
		     strerror(errno));
}

/* A kernel without transparent huge pages says EINVAL, and has none to turn off. */
void huge_pages_forbid(uint8_t *memory, size_t bytes)
{
	if (madvise(memory, bytes, MADV_NOHUGEPAGE) && errno != EINVAL)
		fail("madvise(MADV_NOHUGEPAGE): %s", strerror(errno));
}

static uint64_t pool(size_t huge_bytes, const char *name)
{
	unsigned long long n = 0;
	char path[128];
	FILE *in;

	snprintf(path, sizeof(path), "/sys/kernel/mm/hugepages/hugepages-%zukB/%s",
		 huge_bytes / 1024, name);
	in = fopen(path, "re");
	if (!in || fscanf(in, "%llu", &n) != 1)
		skip("%s: %s; this kernel and CPU have no such huge pages (CONFIG_HUGETLBFS; pdpe1gb of /proc/cpuinfo for 1 GiB on x86-64)",
		     path, strerror(errno));
	fclose(in);
	return n;
}

void huge_pages_need(size_t huge_bytes, size_t bytes)
{
	const uint64_t all = pool(huge_bytes, "nr_hugepages");
	const uint64_t free_pages = pool(huge_bytes, "free_hugepages");
	const uint64_t promised = pool(huge_bytes, "resv_hugepages"), needed = bytes / huge_bytes;
	const uint64_t left = free_pages > promised ? free_pages - promised : 0;

	if (left < needed)
		skip("%llu huge pages of %zu MiB are needed, and %llu are free; reserve them: echo %llu | sudo tee /sys/kernel/mm/hugepages/hugepages-%zukB/nr_hugepages, or at boot hugepagesz=%zuM hugepages=%llu",
		     (unsigned long long)needed, huge_bytes >> 20, (unsigned long long)left,
		     (unsigned long long)(all - left + needed), huge_bytes / 1024, huge_bytes >> 20,
		     (unsigned long long)(all - left + needed));
}
