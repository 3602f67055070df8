// SPDX-License-Identifier: GPL-2.0-only
/* What bounds a process, on machines that are made up of files. */
#include "made_up_machine.h"

#include <sched.h>
#include <sys/resource.h>

#include "../../harness/mode.h"
#include "../../harness/run/host/cgroup.h"
#include "../../harness/run/host/cpu_share.h"
#include "../../harness/run/host/limits.h"
#include "../../harness/run/host/memory_room.h"

#define MIB (1024 * 1024ull)

/* CPUs 0 to 3, whatever runs this. */
int sched_getaffinity(pid_t pid, size_t size, cpu_set_t *mask)
{
	(void)pid;
	CPU_ZERO_S(size, mask);
	for (int cpu = 0; cpu < 4; cpu++)
		CPU_SET_S(cpu, size, mask);
	return 0;
}

static int fill_root(void **state)
{
	make_root(state);
	put("/proc/meminfo", "MemTotal: 9000000 kB\nMemAvailable:    8388608 kB\n");
	put("/proc/vmstat", "nr_free_pages 1\noom_kill 3\n");
	return 0;
}

/* A process of version 1 or 2 in that group; mount is the place of what the mount shows. */
static void be_in(bool is_v2, const char *group, const char *mount_root)
{
	char *text = xasprintf(is_v2 ? "0::%s\n" :
				       "3:cpuset:/\n2:name=systemd:/x\n1:cpu,memory:%s\n"
				       "0::/elsewhere\n",
			       group);

	put("/proc/self/cgroup", text);
	free(text);
	text = xasprintf("22 1 0:21 / /proc rw - proc proc rw\n"
			 "30 25 0:26 %s /sys/fs/cg%s rw,nosuid shared:9 - cgroup%s none rw%s\n",
			 mount_root, is_v2 ? "" : "/mem\\040ory", is_v2 ? "2" : "",
			 is_v2 ? ",nsdelegate" : ",cpu,memory");
	put("/proc/self/mountinfo", text);
	free(text);
}

static void room_is(uint64_t mib, const char *bound)
{
	struct memory_room room = memory_room();

	assert_int_equal(room.bytes / MIB, mib);
	if (bound)
		assert_string_equal(room.bound, bound);
	else
		assert_null(room.bound);
	free(room.bound);
}

static void without_groups_the_machine_counts(void **state)
{
	(void)state;
	room_is(8192, NULL);
	put("/proc/self/cgroup", "");
	room_is(8192, NULL);
	put("/proc/self/cgroup", "garbage\n7\n:\n0::\n");
	put("/proc/self/mountinfo", "garbage\n1 2 3\n");
	room_is(8192, NULL);
}

static void every_group_upward_counts(void **state)
{
	(void)state;
	be_in(true, "/a/b", "/");
	put("/sys/fs/cg/a/b/memory.max", "max\n");
	put("/sys/fs/cg/a/b/memory.current", "1048576\n");
	room_is(8192, NULL);
	put("/sys/fs/cg/a/memory.max", "536870912\n"); /* 512 MiB */
	put("/sys/fs/cg/a/memory.current", "209715200\n");
	put("/sys/fs/cg/a/memory.stat", "anon 1\ninactive_file 52428800\nactive_file 52428800\n"
					"inactive_file_other 99999999\n");
	room_is(412, "/sys/fs/cg/a/memory.max");
	put("/sys/fs/cg/a/b/memory.high", "104857600\n");
	room_is(99, "/sys/fs/cg/a/b/memory.high");
	put("/sys/fs/cg/a/b/memory.max", "0\n");
	room_is(0, "/sys/fs/cg/a/b/memory.max");
}

static void the_same_in_version_1(void **state)
{
	(void)state;
	be_in(false, "/a/b", "/");
	put("/sys/fs/cg/mem ory/a/b/memory.limit_in_bytes", "9223372036854771712\n");
	put("/sys/fs/cg/mem ory/a/b/memory.usage_in_bytes", "52428800\n");
	room_is(8192, NULL);
	/* Also by a group that cannot be seen. */
	put("/sys/fs/cg/mem ory/a/b/memory.stat", "cache 1\nhierarchical_memory_limit 419430400\n"
						  "total_inactive_file 20971520\n");
	room_is(370, "/sys/fs/cg/mem ory/a/b/memory.stat");
	put("/sys/fs/cg/mem ory/memory.limit_in_bytes", "104857600\n");
	put("/sys/fs/cg/mem ory/memory.usage_in_bytes", "62914560\n");
	room_is(40, "/sys/fs/cg/mem ory/memory.limit_in_bytes");
}

/* What a container sees: its own group at the top, by whatever name it is known outside. */
static void containers_see_their_own_group(void **state)
{
	(void)state;
	put("/sys/fs/cg/memory.max", "67108864\n");
	put("/sys/fs/cg/memory.current", "0\n");
	be_in(true, "/docker/abc", "/docker/abc");
	room_is(64, "/sys/fs/cg/memory.max");
	be_in(true, "/", "/");
	room_is(64, "/sys/fs/cg/memory.max");
	be_in(true, "/../other", "/");
	room_is(64, "/sys/fs/cg/memory.max");
	be_in(true, "/docker/abcdef", "/docker/abc");
	room_is(64, "/sys/fs/cg/memory.max");
}

static void kills_are_told_from_other_ends(void **state)
{
	struct memory_kills before;
	char *cause;

	(void)state;
	be_in(true, "/a", "/");
	put("/sys/fs/cg/a/memory.max", "104857600\n");
	put("/sys/fs/cg/a/memory.events", "low 0\noom 5\noom_kill 1\noom_group_kill 0\n");
	before = memory_kills();
	assert_int_equal(before.in_group, 1);
	assert_null(memory_kill_cause(before));
	put("/proc/vmstat", "oom_kill 4\n");
	cause = memory_kill_cause(before);
	assert_non_null(strstr(cause, "the kernel has killed for lack of memory"));
	free(cause);
	put("/sys/fs/cg/a/memory.events", "oom_kill 2\n");
	cause = memory_kill_cause(before);
	assert_non_null(strstr(cause, "(/sys/fs/cg/a/memory.max is 100 MiB)"));
	free(cause);
	be_in(false, "/a", "/");
	put("/sys/fs/cg/mem ory/a/memory.oom_control", "under_oom 0\noom_kill 7\n");
	assert_int_equal(memory_kills().in_group, 7);
}

static void assert_room(enum limit_id id, uint64_t n, const char *bound)
{
	struct room room = limits[id].room("/");

	assert_int_equal(room.n, n);
	if (bound)
		assert_non_null(strstr(room.bound, bound));
	free(room.bound);
}

static void threads_are_bounded_by_the_least(void **state)
{
	(void)state;
	put("/proc/loadavg", "0.1 0.1 0.1 2/100 12345\n");
	put("/proc/self/status", "CapEff:\t0000000001000000\n"); /* not by ulimit -u */
	put("/proc/sys/kernel/pid_max", "32768\n");
	assert_room(LIMIT_THREADS, 32668, "kernel.pid_max");
	put("/proc/sys/kernel/pid_max", "50\n"); /* of a namespace, on a machine with more */
	assert_room(LIMIT_THREADS, UINT64_MAX, NULL);
	put("/proc/sys/kernel/threads-max", "1100\n");
	assert_room(LIMIT_THREADS, 1000, "kernel.threads-max");
	put("/proc/self/cgroup", "0::/a/b\n");
	put("/proc/self/mountinfo", "30 25 0:26 / /sys/fs/cg rw - cgroup2 none rw\n");
	put("/sys/fs/cg/a/b/pids.max", "max\n");
	put("/sys/fs/cg/a/pids.max", "50\n");
	put("/sys/fs/cg/a/pids.current", "20\n");
	assert_room(LIMIT_THREADS, 30, "/sys/fs/cg/a/pids.max");
}

static void promised_memory_is_bounded_where_it_is_counted(void **state)
{
	(void)state;
	assert_room(LIMIT_ADDRESS_SPACE, UINT64_MAX, NULL);
	put("/proc/meminfo",
	    "MemAvailable: 8388608 kB\nCommitLimit: 2048 kB\nCommitted_AS: 1024 kB\n");
	put("/proc/sys/vm/overcommit_memory", "0\n");
	assert_room(LIMIT_ADDRESS_SPACE, UINT64_MAX, NULL);
	put("/proc/sys/vm/overcommit_memory", "2\n");
	assert_room(LIMIT_ADDRESS_SPACE, MIB, "vm.overcommit_memory=2");
}

static void what_is_too_little_is_named_with_figures(void **state)
{
	struct point p;

	(void)state;
	point_defaults(&p);
	p.mode = MODE_uffd;
	p.tier = TIER_NESTED;
	p.vcpus = p.uffds = p.readers = 1024;
	p.pages = 256;
	assert_int_equal(point_resolve(&p), 0);
	put("/proc/sys/vm/max_map_count", "6000\n");
	assert_int_equal(limits_check(&host_native, &p, "/nowhere/at/all"), -1);
	assert_non_null(strstr(error_text(), "not enough mappings: the point with 1024 vCPUs"));
	assert_non_null(strstr(error_text(), "needs 8292, and 6000 are available"));
	assert_non_null(strstr(error_text(), "raise sysctl vm.max_map_count"));
	put("/proc/sys/vm/max_map_count", "8292\n");
	assert_int_equal(limit_check(&host_native, &p, LIMIT_MAPPINGS, "/", 1), 0);
	/* All points go to one disk. */
	assert_int_equal(limit_check(&host_native, &p, LIMIT_DISK, "/nowhere", 1), 0);
	assert_int_equal(limit_check(&host_native, &p, LIMIT_DISK, "/nowhere", 1ull << 45), -1);
	/* A record holds all rounds of its seconds, which are the more the faster faults are. */
	assert_in_range(host_native.needs(&p, LIMIT_DISK), 4000000, 6000000);
	p.seconds = 0;
	assert_int_equal(host_native.needs(&p, LIMIT_DISK), LOG_BYTES);
	put("/proc/sys/kernel/threads-max", "5000\n");
	assert_int_equal(limit_check(&host_native, &p, LIMIT_THREADS, "/", 2), 0);
	assert_int_equal(limit_check(&host_native, &p, LIMIT_THREADS, "/", 3), -1);
	assert_non_null(strstr(error_text(), "3 times the point with 1024 vCPUs"));
	assert_non_null(strstr(error_text(), "needs 6153, and 5000 are available"));
}

/* The quota is the least one upward, a CPU begun counts as one. */
static void quotas_bound_cpus(void **state)
{
	(void)state;
	be_in(true, "/a/b", "/");
	assert_int_equal(cpu_share_whole(), 4);
	put("/sys/fs/cg/a/b/cpu.max", "max 100000\n");
	assert_int_equal(cpu_share_whole(), 4);
	put("/sys/fs/cg/a/cpu.max", "150000 100000\n");
	assert_int_equal(cpu_share_whole(), 2);
	put("/sys/fs/cg/a/b/cpu.max", "1000 100000\n");
	assert_int_equal(cpu_share_whole(), 1);
	be_in(false, "/a", "/");
	put("/sys/fs/cg/mem ory/a/cpu.cfs_quota_us", "-1\n");
	put("/sys/fs/cg/mem ory/a/cpu.cfs_period_us", "100000\n");
	assert_int_equal(cpu_share_whole(), 4);
	put("/sys/fs/cg/mem ory/a/cpu.cfs_quota_us", "300000\n");
	assert_int_equal(cpu_share_whole(), 3);
}

/* Handler threads of the point that poll where others run. */
static void assert_polling(const char *keys, unsigned int expected)
{
	char *copy = xstrdup(keys), *rest = copy;
	struct point p;

	point_defaults(&p);
	assert_int_equal(point_set(&p, "mode", "uffd"), 0);
	while (rest)
		assert_int_equal(point_set_pair(&p, strsep(&rest, " ")), 0);
	assert_int_equal(point_resolve(&p), 0);
	if (cpu_share_polling(&p) != expected)
		print_error("%s\n", keys);
	assert_int_equal(cpu_share_polling(&p), expected);
	free(copy);
}

static void who_polls_needs_a_cpu(void **state)
{
	(void)state;
	/* As the kernel likes. */
	assert_polling("tier=simulated handler=poll", 1);
	assert_polling("tier=simulated handler=poll cpus=2", 0);
	assert_polling("tier=simulated handler=poll cpus=3 vcpus=2 readers=2", 2);
	assert_polling("tier=simulated handler=inline", 0);
	assert_polling("tier=simulated handler=poll mode=userfault", 0);
	assert_polling("tier=emulated handler=poll vcpus=4", 0);
	/* This machine's four, see above. */
	assert_polling("tier=nested handler=poll vcpus=3", 0);
	assert_polling("tier=nested handler=poll vcpus=4", 1);
	/* Pinned, in turn: beside a vCPU, beside each other, or alone. */
	assert_polling("tier=simulated handler=poll cpus=4 readers=2 vcpu_cpus=0 reader_cpus=0-1",
		       1);
	assert_polling("tier=simulated handler=poll cpus=4 readers=3 vcpu_cpus=0 reader_cpus=1-2",
		       2);
	assert_polling("tier=simulated handler=poll cpus=4 readers=3 vcpu_cpus=0 reader_cpus=1-3",
		       0);
	assert_polling("tier=nested handler=poll vcpus=2 vcpu_cpus=0-1 reader_cpus=1", 1);
	assert_polling("tier=nested handler=poll vcpus=9 vcpu_cpus=0-1 reader_cpus=2", 0);
}

/* In a second in which the point used that much on those CPUs. */
static void lost(json_int_t throttles, json_int_t stolen_ns, json_int_t taken_ns, bool is_much,
		 struct cpu_losses before, const char *cpus, uint64_t own_ns)
{
	json_t *lost = cpu_losses_since(cpus, before, 1, own_ns);

	assert_int_equal(json_integer_value(json_object_get(lost, "throttles")), throttles);
	assert_int_equal(json_integer_value(json_object_get(lost, "throttled_ns")),
			 2000 * throttles);
	assert_int_equal(json_integer_value(json_object_get(lost, "stolen_ns")), stolen_ns);
	assert_int_equal(json_integer_value(json_object_get(lost, "taken_ns")), taken_ns);
	assert_int_equal(json_is_true(json_object_get(lost, "is_much")), is_much);
	json_decref(lost);
}

static void lost_time_is_counted_upward(void **state)
{
	struct cpu_losses before;

	(void)state;
	be_in(true, "/a", "/");
	put("/sys/fs/cg/a/cpu.stat", "usage_usec 1\nnr_throttled 5\nthrottled_usec 7\n");
	put("/proc/stat", "cpu  0 0 0 0 0 0 0 999 0 0\ncpu2 0 0 0 0 0 0 0 0 0 0\n"
			  "cpu3 0 0 0 0 0 0 0 10 0 0\ncpu4 0 0 0 0 0 0 0 50 0 0\nintr 1\n");
	before = cpu_losses("2-3");
	lost(0, 0, 0, false, before, "2-3", 0);
	/* A tick of 10 ms in a second of 2 CPUs is not much; a CPU of others does not count. */
	put("/proc/stat", "cpu2 0 0 0 0 0 0 0 0 0 0\ncpu3 0 0 0 0 0 0 0 12 0 0\n"
			  "cpu4 0 0 0 0 0 0 0 70 0 0\n");
	lost(0, 20000000, 0, false, before, "2-3", 0);
	put("/proc/stat", "cpu2 0 0 0 0 0 0 0 0 0 0\ncpu3 0 0 0 0 0 0 0 13 0 0\n");
	lost(0, 30000000, 0, true, before, "2-3", 0);
	put("/proc/stat", "cpu3 0 0 0 0 0 0 0 10 0 0\n");
	put("/sys/fs/cg/cpu.stat", "nr_throttled 1\nthrottled_usec 2\n");
	lost(1, 0, 0, true, before, "2-3", 0);
	be_in(false, "/a", "/");
	put("/sys/fs/cg/mem ory/a/cpu.stat", "nr_throttled 6\nthrottled_time 2007000\n");
	before.throttled_ns = 2005000;
	lost(1, 0, 0, true, before, "2-3", 0);
}

static void others_on_the_cpus_are_noticed(void **state)
{
	const struct cpu_losses before = { 0 };

	(void)state;
	/* 1.8 s of 2 CPUs, of which the point had all but 90 ms: under 5 %. */
	put("/proc/stat", "cpu0 80 0 10 10 0 0 0 0 0 0\ncpu1 80 5 5 10 0 99 99 0 0 0\n");
	lost(0, 0, 90000000, false, before, "0-1", 1710000000);
	/* 11 % are less than ticks may be off; 20 % are not. */
	lost(0, 0, 110000000, false, before, "0-1", 1690000000);
	lost(0, 0, 400000000, true, before, "0-1", 1400000000);
	/* Always busy: ticks are off by one a CPU. */
	put("/proc/stat", "cpu0 100 0 0 0 0 0 0 0 0 0\ncpu1 100 0 0 0 0 0 0 0 0 0\n");
	lost(0, 0, 90000000, false, before, "0-1", 1910000000);
	lost(0, 0, 110000000, true, before, "0-1", 1890000000);
	/* Accounts that disagree. */
	lost(0, 0, 0, false, before, "0-1", 2100000000);
	lost(0, 0, 0, false, before, "7", 0);
}

static void assert_cpus(const char *keys, const char *expected)
{
	char *copy = xstrdup(keys), *rest = copy, *cpus;
	struct point p;

	point_defaults(&p);
	while (rest)
		assert_int_equal(point_set_pair(&p, strsep(&rest, " ")), 0);
	assert_int_equal(point_resolve(&p), 0);
	cpus = cpu_share_cpus(&p);
	assert_string_equal(cpus, expected);
	free(cpus);
	free(copy);
}

/* All four are allowed, see above. */
static void pinned_points_need_only_their_cpus(void **state)
{
	(void)state;
	assert_cpus("tier=nested mode=uffd", "0-3");
	assert_cpus("tier=nested mode=uffd vcpu_cpus=1", "0-3");
	assert_cpus("tier=nested mode=kernel vcpu_cpus=1", "1");
	assert_cpus("tier=nested mode=uffd vcpus=2 vcpu_cpus=3,1,0 reader_cpus=2", "1-3");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fill_root, remove_root)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(without_groups_the_machine_counts),
		TEST(every_group_upward_counts),
		TEST(the_same_in_version_1),
		TEST(containers_see_their_own_group),
		TEST(kills_are_told_from_other_ends),
		TEST(threads_are_bounded_by_the_least),
		TEST(promised_memory_is_bounded_where_it_is_counted),
		TEST(quotas_bound_cpus),
		TEST(who_polls_needs_a_cpu),
		TEST(lost_time_is_counted_upward),
		TEST(others_on_the_cpus_are_noticed),
		TEST(pinned_points_need_only_their_cpus),
		TEST(what_is_too_little_is_named_with_figures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
