// SPDX-License-Identifier: GPL-2.0-only
/* What is said of a machine, and which of its CPUs are this process's, on one that hwloc makes up. */
#include "unit.h"

#include <errno.h>
#include <hwloc.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "../../harness/run/host/cpus.h"
#include "../../harness/run/host/machine.h"
#include "../../harness/run/host/topology.h"

static const char *made_up;

/* In place of the one that reads this machine. */
hwloc_topology_t topology_load(void)
{
	hwloc_topology_t topology;

	assert_int_equal(hwloc_topology_init(&topology), 0);
	hwloc_topology_set_icache_types_filter(topology, HWLOC_TYPE_FILTER_KEEP_ALL);
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
	return 0;
}

static void masks_of_any_kernel_are_read(void **state)
{
	(void)state;
	assert_int_equal(cpus_allowed(), 64);
	allowed = "1,4-5,7";
	assert_int_equal(cpus_allowed(), 4);
	allowed = "9";
	kernel_cpus = 8192;
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
		cmocka_unit_test_setup(masks_of_any_kernel_are_read, allow_all),
		cmocka_unit_test_setup(lists_that_leave_the_mask_are_refused, allow_all),
		cmocka_unit_test_setup(the_machine_is_described, allow_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
