// SPDX-License-Identifier: GPL-2.0-only
/* Which thread goes where, on machines that hwloc makes up. */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

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

static void placed(const char *machine, unsigned int vcpus, unsigned int readers,
		   const char *vcpu_cpus, const char *reader_cpus)
{
	struct point p;

	made_up = machine;
	point_defaults(&p);
	p.vcpus = vcpus;
	p.readers = readers;
	assert_int_equal(machine_place(&p), 0);
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

static void a_list_too_long_for_a_point_is_refused(void **state)
{
	struct point p;

	(void)state;
	made_up = "core:512 pu:2";
	point_defaults(&p);
	p.vcpus = 512;
	assert_int_equal(machine_place(&p), -1);
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
		cmocka_unit_test(handlers_go_on_where_vcpus_end),
		cmocka_unit_test(after_the_last_core_comes_the_first),
		cmocka_unit_test(second_threads_of_cores_come_last),
		cmocka_unit_test(a_list_too_long_for_a_point_is_refused),
		cmocka_unit_test(the_machine_is_described),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
