// SPDX-License-Identifier: GPL-2.0-only
#include "limits.h"

#include <dirent.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "cgroup.h"
#include "memory_room.h"
#include "sys.h"

#define MIB (1024 * 1024ull)

/* Takes over a room that is smaller. bound is the caller's. */
static void bound_by(struct room *room, uint64_t n, const char *bound)
{
	if (n >= room->n)
		return;
	free(room->bound);
	*room = (struct room){ n, xstrdup(bound) };
}

static struct room memory(const char *folder)
{
	struct memory_room room = memory_room();

	(void)folder;
	if (!room.bound && room.bytes != UINT64_MAX)
		room.bound = xstrdup("MemAvailable of /proc/meminfo");
	return (struct room){ room.bytes, room.bound };
}

/* Soft limits: nothing raises these to the hard ones. */
static void bound_by_rlimit(struct room *room, int resource, const char *bound)
{
	struct rlimit limit;

	if (!getrlimit(resource, &limit) && limit.rlim_cur != RLIM_INFINITY)
		bound_by(room, limit.rlim_cur, bound);
}

static struct room address_space(const char *folder)
{
	struct room room = { .n = UINT64_MAX };
	uint64_t limit_kib, used_kib;

	(void)folder;
	bound_by_rlimit(&room, RLIMIT_AS, "ulimit -v");
	bound_by_rlimit(&room, RLIMIT_DATA, "ulimit -d");
	if (sys_number("/proc/sys/vm/overcommit_memory", "", 0) != 2)
		return room;
	limit_kib = sys_number("/proc/meminfo", "CommitLimit", UINT64_MAX / 1024);
	used_kib = sys_number("/proc/meminfo", "Committed_AS", 0);
	bound_by(&room, limit_kib > used_kib ? (limit_kib - used_kib) * 1024 : 0,
		 "vm.overcommit_memory=2");
	return room;
}

/* What measures raises its soft limit to the hard one. */
static struct room descriptors(const char *folder)
{
	struct room room = { .n = UINT64_MAX };
	struct rlimit limit;

	(void)folder;
	if (!getrlimit(RLIMIT_NOFILE, &limit) && limit.rlim_max != RLIM_INFINITY)
		bound_by(&room, limit.rlim_max, "ulimit -Hn");
	return room;
}

/* Threads of all processes of this user that can be seen. */
static uint64_t threads_of_user(void)
{
	char *proc = xasprintf("%s/proc", sys_root);
	DIR *dir = opendir(proc);
	const struct dirent *entry;
	uint64_t threads = 0;
	struct stat st;

	while (dir && (entry = readdir(dir))) {
		char *path = xasprintf("/proc/%s", entry->d_name);

		if (*entry->d_name >= '1' && *entry->d_name <= '9' &&
		    !fstatat(dirfd(dir), entry->d_name, &st, 0) && st.st_uid == getuid())
			threads += sys_number_in(path, "status", "Threads", 0);
		free(path);
	}
	if (dir)
		closedir(dir);
	free(proc);
	return threads;
}

/* Root is not bound by ulimit -u, nor are these. */
#define CAP_SYS_ADMIN_OR_RESOURCE (1ull << 21 | 1ull << 24)

static bool is_bound_by_nproc(void)
{
	char *text = sys_read("/proc/self/status");
	const char *caps = text ? strstr(text, "\nCapEff:\t") : NULL;
	bool is_free = !getuid() || (caps && strtoull(caps + strlen("\nCapEff:\t"), NULL, 16) &
						     CAP_SYS_ADMIN_OR_RESOURCE);

	free(text);
	return !is_free;
}

static uint64_t left(uint64_t limit, uint64_t used)
{
	if (limit == UINT64_MAX)
		return limit;
	return limit > used ? limit - used : 0;
}

static void bound_by_pids_groups(struct room *room)
{
	struct cgroups groups;

	cgroups_find(&groups, "pids");
	for (size_t i = 0; i < groups.dirs.n; i++) {
		const char *dir = groups.dirs.v[i];
		char *file = xasprintf("%s/pids.max", dir);

		bound_by(room,
			 left(sys_number(file, "", UINT64_MAX),
			      sys_number_in(dir, "pids.current", "", 0)),
			 file);
		free(file);
	}
	cgroups_free(&groups);
}

static struct room threads(const char *folder)
{
	char *loadavg = sys_read("/proc/loadavg");
	const char *slash = loadavg ? strchr(loadavg, '/') : NULL;
	uint64_t in_all = slash ? strtoull(slash + 1, NULL, 10) : 0;
	uint64_t pid_max = sys_number("/proc/sys/kernel/pid_max", "", UINT64_MAX);
	struct room room = { .n = UINT64_MAX };
	struct rlimit limit;

	(void)folder;
	if (is_bound_by_nproc() && !getrlimit(RLIMIT_NPROC, &limit) &&
	    limit.rlim_cur != RLIM_INFINITY)
		bound_by(&room, left(limit.rlim_cur, threads_of_user()), "ulimit -u");
	bound_by_pids_groups(&room);
	bound_by(&room, left(sys_number("/proc/sys/kernel/threads-max", "", UINT64_MAX), in_all),
		 "kernel.threads-max");
	/* A namespace may have a limit of its own, and loadavg counts the threads of all. */
	if (pid_max > in_all)
		bound_by(&room, left(pid_max, in_all), "kernel.pid_max");
	free(loadavg);
	return room;
}

static struct room mappings(const char *folder)
{
	struct room room = { .n = UINT64_MAX };

	(void)folder;
	bound_by(&room, sys_number("/proc/sys/vm/max_map_count", "", UINT64_MAX),
		 "vm.max_map_count");
	return room;
}

static struct room cpu_time(const char *folder)
{
	struct room room = { .n = UINT64_MAX };

	(void)folder;
	bound_by_rlimit(&room, RLIMIT_CPU, "ulimit -t");
	return room;
}

char *limit_kill_cause(int signal)
{
	const struct limit *limit = &limits[LIMIT_CPU_TIME];
	struct room room = limit->room("");
	char *text = NULL;

	/* Where the hard limit is as low as the soft one the kernel does not bother with a warning. */
	if (room.bound && (signal == SIGXCPU || signal == SIGKILL))
		text = xasprintf("a process may take %llu s of CPU time (%s); %s",
				 (unsigned long long)room.n, room.bound, limit->raise);
	free(room.bound);
	return text;
}

static struct room file_size(const char *folder)
{
	struct room room = { .n = UINT64_MAX };

	(void)folder;
	bound_by_rlimit(&room, RLIMIT_FSIZE, "ulimit -f");
	return room;
}

/* Of the folder, or of the first one around it that is there. */
static struct room disk(const char *folder)
{
	struct room room = { .n = UINT64_MAX };
	char *path = realpath(folder, NULL), *rest = xstrdup(folder), *slash;
	struct statvfs fs;

	while (!path && (slash = strrchr(rest, '/')) && slash > rest) {
		*slash = '\0';
		path = realpath(rest, NULL);
	}
	if (!path)
		path = xstrdup(*folder == '/' ? "/" : ".");
	if (!statvfs(path, &fs) && fs.f_blocks)
		bound_by(&room, (uint64_t)fs.f_bavail * fs.f_frsize, path);
	free(rest);
	free(path);
	return room;
}

const struct limit limits[LIMIT_COUNT] = {
	[LIMIT_MEMORY] = { "memory", "B", memory,
			   "choose fewer pages, vCPUs or CPUs, or raise that limit" },
	[LIMIT_ADDRESS_SPACE] = { "address space", "B", address_space,
				  "ulimit -v unlimited and ulimit -d unlimited, or sysctl "
				  "vm.overcommit_memory=0" },
	[LIMIT_DESCRIPTORS] = { "file descriptors", "", descriptors,
				"raise the hard limit as root (ulimit -Hn, LimitNOFILE= of a "
				"service, --ulimit nofile= of a container), or take fewer vcpus, "
				"uffds or readers" },
	[LIMIT_THREADS] = { "threads", "", threads,
			    "raise that limit (ulimit -u, TasksMax= of a service, --pids-limit of "
			    "a container, sysctl), or take fewer vcpus, readers or "
			    "--jobs" },
	[LIMIT_MAPPINGS] = { "mappings", "", mappings,
			     "raise sysctl vm.max_map_count, or take fewer vcpus or readers" },
	[LIMIT_CPU_TIME] = { "CPU time of a process", " s", cpu_time, "ulimit -t unlimited" },
	[LIMIT_FILE_SIZE] = { "size of a file", "B", file_size, "ulimit -f unlimited" },
	[LIMIT_DISK] = { "room on disk", "B", disk,
			 "make room there, or choose another folder (--out, TMPDIR)" },
};

static char *amount(const struct limit *limit, uint64_t n)
{
	if (strcmp(limit->unit, "B"))
		return xasprintf("%llu%s", (unsigned long long)n, limit->unit);
	return n >= 10 * MIB ? xasprintf("%llu MiB", (unsigned long long)(n / MIB)) :
			       xasprintf("%llu KiB", (unsigned long long)(n / 1024));
}

char *limit_text(const struct limit *limit, const struct room *room)
{
	char *n, *text;

	if (room->n == UINT64_MAX)
		return xstrdup("no limit");
	n = amount(limit, room->n);
	text = xasprintf("%s (%s)", n, room->bound);
	free(n);
	return text;
}

static int refuse(const struct limit *limit, const struct point *p, size_t points, uint64_t needed,
		  const struct room *room)
{
	char *want = amount(limit, needed), *have = amount(limit, room->n);
	char cpus[40] = "", like[40] = "the point";

	if (p->cpus > 1)
		snprintf(cpus, sizeof(cpus), " on %u simulated CPUs", p->cpus);
	if (points > 1)
		snprintf(like, sizeof(like), "%zu times the point", points);
	error("not enough %s: %s with %u vCPUs%s and %llu pages in all needs %s, and %s are "
	      "available (%s); %s",
	      limit->name, like, p->vcpus, cpus, (unsigned long long)point_pages_total(p), want,
	      have, room->bound, limit->raise);
	free(want);
	free(have);
	return -1;
}

int limit_check(const struct host *host, const struct point *p, enum limit_id id,
		const char *folder, size_t points)
{
	uint64_t needed = host->needs(p, id) * points;
	struct room room = limits[id].room(folder);
	int failed = needed > room.n ? refuse(&limits[id], p, points, needed, &room) : 0;

	free(room.bound);
	return failed;
}

int limits_check(const struct host *host, const struct point *p, const char *folder)
{
	for (enum limit_id id = 0; id < LIMIT_COUNT; id++)
		if (limit_check(host, p, id, folder, 1))
			return -1;
	return 0;
}
