// SPDX-License-Identifier: GPL-2.0-only
/* Which thread goes where, on machines that hwloc makes up. */
#include "unit.h"

#include <errno.h>
#include <hwloc.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "../../harness/run/base/file.h"
#include "../../harness/run/host/cpus.h"
#include "../../harness/run/host/machine.h"
#include "../../harness/run/host/topology.h"

static const char *made_up, *made_up_file;

/* In place of the one that reads this machine. */
hwloc_topology_t topology_load(void)
{
	hwloc_topology_t topology;

	assert_int_equal(hwloc_topology_init(&topology), 0);
	hwloc_topology_set_icache_types_filter(topology, HWLOC_TYPE_FILTER_KEEP_ALL);
	if (made_up_file)
		assert_int_equal(hwloc_topology_set_xml(topology, made_up_file), 0);
	else
		assert_int_equal(hwloc_topology_set_synthetic(topology, made_up), 0);
	assert_int_equal(hwloc_topology_load(topology), 0);
	return topology;
}

/* The CPUs of this process on a machine whose kernel is built for that many; NULL: all of them. */
static const char *allowed;
static unsigned int kernel_cpus = 64;

int sched_getaffinity(pid_t pid, size_t size, cpu_set_t *mask)
{
	unsigned int cpu, n = allowed ? cpu_list_pick(allowed, 0, &cpu) : kernel_cpus;

	(void)pid;
	if (size * 8 < kernel_cpus) {
		errno = EINVAL;
		return -1;
	}
	CPU_ZERO_S(size, mask);
	for (unsigned int i = 0; i < n; i++) {
		cpu = i;
		if (allowed)
			cpu_list_pick(allowed, i, &cpu);
		CPU_SET_S(cpu, size, mask);
	}
	return 0;
}

static int allow_all(void **state)
{
	(void)state;
	allowed = NULL;
	kernel_cpus = 64;
	made_up_file = NULL;
	return 0;
}

static void placed(const char *machine, unsigned int vcpus, unsigned int readers,
		   const char *vcpu_cpus, const char *reader_cpus)
{
	struct point p;

	made_up = machine;
	point_defaults(&p);
	p.vcpus = vcpus;
	p.readers = readers;
	assert_int_equal(cpus_place(&p), 0);
	assert_string_equal(p.vcpu_cpus, vcpu_cpus);
	assert_string_equal(p.reader_cpus, reader_cpus);
}

static void handlers_go_on_where_vcpus_end(void **state)
{
	(void)state;
	placed("core:8 pu:1", 4, 2, "0-3", "4-5");
	placed("core:8 pu:1", 1, 1, "0", "1");
}

static void after_the_last_core_comes_the_first(void **state)
{
	(void)state;
	placed("core:4 pu:1", 3, 3, "0-2", "3,0-1");
	placed("core:4 pu:1", 4, 1, "0-3", "0");
	placed("core:4 pu:1", 9, 9, "0-3", "1-3,0");
}

static void second_threads_of_cores_come_last(void **state)
{
	(void)state;
	placed("pack:2 core:2 pu:2", 4, 2, "0,2,4,6", "1,3");
	placed("pack:2 core:2 pu:2", 2, 4, "0,2", "4,6,1,3");
}

static void only_cpus_of_the_mask_are_taken(void **state)
{
	(void)state;
	allowed = "1";
	placed("core:2 pu:1", 1, 1, "1", "1");
	assert_int_equal(cpus_allowed(), 1);
	allowed = "1,4-5,7";
	placed("core:8 pu:1", 2, 2, "1,4", "5,7");
	placed("core:8 pu:1", 8, 1, "1,4-5,7", "1");
	/* Whole cores and halves of some; the half comes in its core's turn. */
	allowed = "0-1,3,6-7";
	placed("pack:2 core:2 pu:2", 5, 1, "0,3,6,1,7", "0");
	allowed = "9";
	kernel_cpus = 8192;
	placed("core:16 pu:1", 1, 1, "9", "9");
	assert_int_equal(cpus_allowed(), 1);
}

static void lists_that_leave_the_mask_are_refused(void **state)
{
	struct point p;

	(void)state;
	allowed = "2-3";
	point_defaults(&p);
	assert_int_equal(cpus_check(&p), 0);
	strcpy(p.vcpu_cpus, "2-3");
	assert_int_equal(cpus_check(&p), 0);
	strcpy(p.reader_cpus, "3,0");
	assert_int_equal(cpus_check(&p), -1);
	assert_non_null(strstr(error_text(), "reader_cpus=3,0: CPU 0 is not among"));
	assert_non_null(strstr(error_text(), "(2-3,"));
}

/* A topology with kinds of cores can only be made up in a file. */
static void fast_cores_come_first(void **state)
{
	char *dir = scratch_make(), *path = xasprintf("%s/hybrid.xml", dir);
	hwloc_bitmap_t kind = hwloc_bitmap_alloc();
	hwloc_topology_t topology;
	struct point p;

	(void)state;
	hwloc_topology_init(&topology);
	hwloc_topology_set_synthetic(topology, "core:4 pu:1");
	hwloc_topology_load(topology);
	hwloc_bitmap_set_range(kind, 0, 1);
	assert_int_equal(hwloc_cpukinds_register(topology, kind, 0, 0, NULL, 0), 0);
	hwloc_bitmap_zero(kind);
	hwloc_bitmap_set_range(kind, 2, 3);
	assert_int_equal(hwloc_cpukinds_register(topology, kind, 1, 0, NULL, 0), 0);
	assert_int_equal(hwloc_topology_export_xml(topology, path, 0), 0);
	hwloc_topology_destroy(topology);
	hwloc_bitmap_free(kind);
	made_up_file = path;
	point_defaults(&p);
	p.vcpus = 3;
	assert_int_equal(cpus_place(&p), 0);
	assert_string_equal(p.vcpu_cpus, "2-3,0");
	assert_string_equal(p.reader_cpus, "1");
	free(path);
	scratch_remove(dir);
}

static void a_list_too_long_for_a_point_is_refused(void **state)
{
	struct point p;

	(void)state;
	made_up = "core:512 pu:2";
	kernel_cpus = 1024;
	point_defaults(&p);
	p.vcpus = 512;
	assert_int_equal(cpus_place(&p), -1);
	assert_non_null(strstr(error_text(), "--placement none"));
}

static void the_machine_is_described(void **state)
{
	json_t *machine, *cache;

	(void)state;
	made_up = "node:2 core:4 l2:1(size=65536) pu:2";
	machine = machine_describe();
	assert_int_equal(json_integer_value(json_object_get(machine, "cores")), 8);
	assert_int_equal(json_integer_value(json_object_get(machine, "cpus")), 16);
	assert_int_equal(json_integer_value(json_object_get(machine, "numa_nodes")), 2);
	cache = json_array_get(json_object_get(machine, "caches"), 0);
	assert_int_equal(json_integer_value(json_object_get(cache, "size_bytes")), 65536);
	assert_int_equal(json_integer_value(json_object_get(cache, "count")), 8);
	assert_int_equal(json_integer_value(json_object_get(cache, "cpus_each")), 2);
	json_decref(machine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(handlers_go_on_where_vcpus_end, allow_all),
		cmocka_unit_test_setup(after_the_last_core_comes_the_first, allow_all),
		cmocka_unit_test_setup(second_threads_of_cores_come_last, allow_all),
		cmocka_unit_test_setup(only_cpus_of_the_mask_are_taken, allow_all),
		cmocka_unit_test_setup(lists_that_leave_the_mask_are_refused, allow_all),
		cmocka_unit_test_setup(fast_cores_come_first, allow_all),
		cmocka_unit_test_setup(a_list_too_long_for_a_point_is_refused, allow_all),
		cmocka_unit_test_setup(the_machine_is_described, allow_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
