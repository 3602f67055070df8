// SPDX-License-Identifier: GPL-2.0-only
/* Whose topology it is. */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "../../harness/run/host/topology.h"

static int says_thissystem = 1;

/* In place of hwloc's, which has to be asked. */
int hwloc_topology_is_thissystem(hwloc_topology_t topology)
{
	(void)topology;
	return says_thissystem;
}

static int count(hwloc_topology_t topology, hwloc_obj_type_t type)
{
	int n = hwloc_get_nbobjs_by_type(topology, type);

	hwloc_topology_destroy(topology);
	return n;
}

static void the_environment_describes_no_machine(void **state)
{
	static const char *const settings[][2] = {
		{ "HWLOC_SYNTHETIC", "package:3 core:64 pu:3" },
		{ "HWLOC_XMLFILE", "/nowhere/topology.xml" },
		{ "HWLOC_FSROOT", "/nowhere" },
		{ "HWLOC_COMPONENTS", "no_os,stop" },
		{ "HWLOC_THISSYSTEM", "0" },
		{ "HWLOC_PLUGINS_PATH", "/nowhere" },
		{ "HWLOC_CPUID_PATH", "/nowhere" },
	};
	const int cpus = count(topology_load(), HWLOC_OBJ_PU);

	(void)state;
	assert_true(cpus > 0);
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
		hwloc_topology_t topology;

		setenv(settings[i][0], settings[i][1], 1);
		setenv("HWLOC", "is none of them", 1);
		topology = topology_load();
		assert_non_null(topology);
		assert_int_equal(count(topology, HWLOC_OBJ_PU), cpus);
		assert_null(getenv(settings[i][0]));
		assert_non_null(getenv("HWLOC"));
	}
}

static void another_machine_is_refused(void **state)
{
	(void)state;
	says_thissystem = 0;
	assert_null(topology_load());
	assert_non_null(strstr(error_text(), "another machine"));
	says_thissystem = 1;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_environment_describes_no_machine),
		cmocka_unit_test(another_machine_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
