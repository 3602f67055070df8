// SPDX-License-Identifier: GPL-2.0-only
#include "memory_room.h"

#include <stdlib.h>

#include "cgroup.h"
#include "sys.h"

#define MIB (1024 * 1024ull)

/* What the files of a group are called; their order is that of bool is_v2. */
static const struct group_files {
	struct {
		const char *file, *name; /* see sys_number() */
	} limits[2];
	const char *usage;
	const char *cache[3]; /* in memory.stat: what the kernel gives up before it kills */
	const char *kills; /* file with a line oom_kill */
} group_files[] = {
	{
		{ { "memory.limit_in_bytes", "" }, { "memory.stat", "hierarchical_memory_limit" } },
		"memory.usage_in_bytes",
		{ "total_inactive_file", "total_active_file" },
		"memory.oom_control",
	},
	{
		{ { "memory.max", "" }, { "memory.high", "" } },
		"memory.current",
		{ "inactive_file", "active_file", "slab_reclaimable" },
		"memory.events",
	},
};

static uint64_t cache_bytes(const struct group_files *files, const char *dir)
{
	uint64_t bytes = 0;

	for (int i = 0; i < 3 && files->cache[i]; i++)
		bytes += sys_number_in(dir, "memory.stat", files->cache[i], 0);
	return bytes;
}

/* Takes over what a group leaves if it is less. */
static void look_at(struct memory_room *room, const struct group_files *files, const char *dir)
{
	uint64_t usage = sys_number_in(dir, files->usage, "", 0), cache = cache_bytes(files, dir);
	uint64_t used = usage > cache ? usage - cache : 0;

	for (int i = 0; i < 2; i++) {
		uint64_t limit = sys_number_in(dir, files->limits[i].file, files->limits[i].name,
					       UINT64_MAX);
		uint64_t left = limit > used ? limit - used : 0;

		if (limit == UINT64_MAX || left >= room->bytes)
			continue;
		free(room->bound);
		*room = (struct memory_room){
			.bytes = left,
			.bound = xasprintf("%s/%s", dir, files->limits[i].file),
			.limit_bytes = limit,
		};
	}
}

struct memory_room memory_room(void)
{
	uint64_t kib = sys_number("/proc/meminfo", "MemAvailable", 0);
	struct memory_room room = { .bytes = kib ? kib * 1024 : UINT64_MAX };
	struct cgroups groups;

	cgroups_find(&groups, "memory");
	for (size_t i = 0; i < groups.dirs.n; i++)
		look_at(&room, &group_files[groups.is_v2], groups.dirs.v[i]);
	cgroups_free(&groups);
	return room;
}

struct memory_kills memory_kills(void)
{
	struct memory_kills kills = { .in_machine = sys_number("/proc/vmstat", "oom_kill", 0) };
	struct cgroups groups;

	cgroups_find(&groups, "memory");
	if (groups.dirs.n)
		kills.in_group = sys_number_in(groups.dirs.v[0], group_files[groups.is_v2].kills,
					       "oom_kill", 0);
	cgroups_free(&groups);
	return kills;
}

char *memory_kill_cause(struct memory_kills before)
{
	struct memory_kills now = memory_kills();
	struct memory_room room;
	char *text;

	if (now.in_group <= before.in_group && now.in_machine <= before.in_machine)
		return NULL;
	if (now.in_group <= before.in_group)
		return xstrdup("the kernel has killed for lack of memory meanwhile: choose fewer "
			       "pages, vCPUs or CPUs, or fewer --jobs");
	room = memory_room();
	if (room.bound)
		text = xasprintf(
			"memory of its control group ran out (%s is %llu MiB): raise that, "
			"or choose fewer pages, vCPUs or CPUs, or fewer --jobs",
			room.bound, (unsigned long long)(room.limit_bytes / MIB));
	else
		text = xstrdup("the machine's memory ran out: choose fewer pages, vCPUs or CPUs, "
			       "or fewer --jobs");
	free(room.bound);
	return text;
}
