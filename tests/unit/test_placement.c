// SPDX-License-Identifier: GPL-2.0-only
/* Which thread goes where, and how near that is, on machines that hwloc makes up. */
#include "unit.h"

#include <hwloc.h>
#include <stdio.h>
#include <string.h>

#include "../../harness/run/host/nearness.h"
#include "../../harness/run/host/placement.h"

/* CPUs are numbered core by core, the hardware threads of one next to each other. */
#define SERVER "pack:2 l3:2 core:8 pu:2"

static hwloc_topology_t topology;
static hwloc_bitmap_t allowed;
static struct point point;

static int no_machine(void **state)
{
	(void)state;
	if (topology)
		hwloc_topology_destroy(topology);
	hwloc_bitmap_free(allowed);
	topology = NULL;
	allowed = NULL;
	return 0;
}

static void machine(const char *description)
{
	no_machine(NULL);
	assert_int_equal(hwloc_topology_init(&topology), 0);
	assert_int_equal(hwloc_topology_set_synthetic(topology, description), 0);
	assert_int_equal(hwloc_topology_load(topology), 0);
	allowed = hwloc_bitmap_dup(hwloc_topology_get_topology_cpuset(topology));
}

static void allow(const char *cpus)
{
	assert_int_equal(hwloc_bitmap_list_sscanf(allowed, cpus), 0);
}

/* A point of userfaultfds with so many of them as of handlers; 0: in mode kernel, without. */
static void threads(unsigned int vcpus, unsigned int handlers)
{
	char text[64];

	point_defaults(&point);
	point.pages = 256;
	assert_int_equal(point_set(&point, "mode", handlers ? "uffd" : "kernel"), 0);
	snprintf(text, sizeof(text), "%u", vcpus);
	assert_int_equal(point_set(&point, "vcpus", text), 0);
	snprintf(text, sizeof(text), "%u", handlers ? handlers : 1);
	assert_int_equal(point_set(&point, "uffds", text), 0);
	assert_int_equal(point_set(&point, "readers", text), 0);
	assert_int_equal(point_resolve(&point), 0);
}

static void one_uffd(unsigned int vcpus, unsigned int handlers)
{
	threads(vcpus, handlers);
	point.uffds = 1;
}

static void placed(enum placement placement, const char *vcpu_cpus, const char *reader_cpus)
{
	assert_int_equal(placement_make(topology, allowed, placement, &point), 0);
	assert_string_equal(point.vcpu_cpus, vcpu_cpus);
	assert_string_equal(point.reader_cpus, reader_cpus);
}

static void near(const char *vcpu_cpus, const char *reader_cpus)
{
	placed(PLACEMENT_NEAR, vcpu_cpus, reader_cpus);
}

static void far(const char *vcpu_cpus, const char *reader_cpus)
{
	placed(PLACEMENT_FAR, vcpu_cpus, reader_cpus);
}

/* Counts in the order of enum nearness. */
static void counted(const unsigned int *pairs, unsigned int sharing_cpu, unsigned int sharing_core)
{
	struct placed found;

	assert_true(nearness_count(topology, &point, &found));
	assert_memory_equal(found.pairs, pairs, sizeof(found.pairs));
	assert_int_equal(found.sharing_cpu, sharing_cpu);
	assert_int_equal(found.sharing_core, sharing_core);
}

#define PAIRS(...) ((const unsigned int[NEARNESS_COUNT]){ __VA_ARGS__ })

static void pairs_fill_one_cache_after_the_other(void **state)
{
	(void)state;
	machine(SERVER);
	threads(1, 1);
	near("0", "2");
	threads(6, 6);
	near("0,2,4,6,16,18", "8,10,12,14,20,22");
	counted(PAIRS(0, 0, 6, 0, 0), 0, 0);
	threads(16, 16);
	assert_int_equal(placement_make(topology, allowed, PLACEMENT_NEAR, &point), 0);
	counted(PAIRS(0, 0, 16, 0, 0), 0, 0);
}

static void siblings_come_when_no_core_is_left(void **state)
{
	(void)state;
	machine(SERVER);
	threads(20, 20);
	assert_int_equal(placement_make(topology, allowed, PLACEMENT_NEAR, &point), 0);
	counted(PAIRS(0, 0, 20, 0, 0), 0, 16);
	threads(32, 32);
	assert_int_equal(placement_make(topology, allowed, PLACEMENT_NEAR, &point), 0);
	counted(PAIRS(0, 0, 32, 0, 0), 0, 64);
	threads(33, 33);
	assert_int_equal(placement_make(topology, allowed, PLACEMENT_NEAR, &point), 0);
	counted(PAIRS(0, 0, 33, 0, 0), 4, 62);
}

static void few_handlers_are_where_their_vcpus_are(void **state)
{
	(void)state;
	machine(SERVER);
	/* 7 and a handler at each cache. */
	threads(28, 4);
	near("0,2,4,6,8,10,12,16,18,20,22,24,26,28,32,34,36,38,40,42,44,48,50,52,54,56,58,60",
	     "14,30,46,62");
	counted(PAIRS(0, 0, 28, 0, 0), 0, 0);
	/* Reader r has vCPUs r, r + 2, ...: 6 threads do not fit beside 6 others. */
	threads(10, 10);
	point.readers = 2;
	near("0,16,2,18,4,20,6,22,8,24", "10,26");
	counted(PAIRS(0, 0, 10, 0, 0), 0, 0);
	/* One for all cannot be near all; it is where most room for them is. */
	one_uffd(10, 1);
	near("0,2,4,6,8,10,12,16,18,20", "14");
	counted(PAIRS(0, 0, 7, 3, 0), 0, 0);
	one_uffd(12, 4);
	near("0,2,4,6,8,10,16,18,20,22,24,26", "12,14,28,30");
}

static void vcpus_without_handlers_fill_caches(void **state)
{
	(void)state;
	machine(SERVER);
	threads(9, 0);
	near("0,2,4,6,8,10,12,14,16", "");
	counted(PAIRS(0), 0, 0);
	far("0,2,4,6,8,10,12,14,16", "");
	threads(33, 0);
	assert_int_equal(placement_make(topology, allowed, PLACEMENT_NEAR, &point), 0);
	counted(PAIRS(0), 0, 2);
}

static void a_core_that_is_left_over_is_used_before_siblings(void **state)
{
	(void)state;
	machine("pack:2 l3:1 core:3 pu:2");
	threads(3, 3);
	near("0,6,2", "4,8,10");
	counted(PAIRS(0, 0, 2, 0, 1), 0, 0);
}

static void packages_without_siblings(void **state)
{
	(void)state;
	machine("pack:1 l3:2 core:4 pu:1");
	threads(3, 3);
	near("0-1,4", "2-3,5");
	counted(PAIRS(0, 0, 3, 0, 0), 0, 0);
	far("0-2", "4-6");
	counted(PAIRS(0, 0, 0, 3, 0), 0, 0);
	/* Those who outnumber CPUs are still on another CPU than whom they serve. */
	threads(9, 9);
	near("0-7", "1-3,0,5-7,4");
	counted(PAIRS(0, 0, 9, 0, 0), 18, 0);
}

static void far_handlers_have_another_package(void **state)
{
	(void)state;
	machine(SERVER);
	threads(6, 6);
	far("0,2,4,6,8,10", "32,34,36,38,40,42");
	counted(PAIRS(0, 0, 0, 0, 6), 0, 0);
	one_uffd(20, 1);
	assert_int_equal(placement_make(topology, allowed, PLACEMENT_FAR, &point), 0);
	counted(PAIRS(0, 0, 0, 0, 20), 0, 8);
	one_uffd(40, 1);
	assert_int_equal(placement_make(topology, allowed, PLACEMENT_FAR, &point), 0);
	assert_string_equal(point.reader_cpus, "32");
	counted(PAIRS(0, 0, 0, 0, 40), 16, 24);
}

static void far_takes_another_cache_of_one_package(void **state)
{
	(void)state;
	machine("pack:1 l3:4 core:2 pu:1");
	threads(4, 4);
	far("0-3", "4-7");
	counted(PAIRS(0, 0, 0, 4, 0), 0, 0);
	one_uffd(6, 1);
	far("0-5", "6");
	machine(SERVER);
	allow("0-31");
	threads(2, 2);
	far("0,2", "16,18");
}

static void far_needs_somewhere_to_be(void **state)
{
	(void)state;
	machine("pack:1 l3:1 core:8 pu:2");
	threads(2, 2);
	assert_int_equal(placement_make(topology, allowed, PLACEMENT_FAR, &point), -1);
	assert_non_null(strstr(error_text(), "a second package, or a second last-level cache"));
	assert_non_null(strstr(error_text(), "--placement near"));
	threads(2, 0);
	far("0,2", "");
}

static void machines_of_two_cpus(void **state)
{
	(void)state;
	machine("pack:1 l3:1 core:2 pu:1");
	threads(1, 1);
	near("0", "1");
	counted(PAIRS(0, 0, 1, 0, 0), 0, 0);
	one_uffd(512, 1);
	near("0-1", "1");
	counted(PAIRS(256, 0, 256, 0, 0), 513, 0);
	threads(512, 512);
	near("0-1", "1,0");
	counted(PAIRS(0, 0, 512, 0, 0), 1024, 0);
	machine("core:1 pu:2");
	threads(1, 1);
	near("0", "1");
	counted(PAIRS(0, 1, 0, 0, 0), 0, 2);
	machine("pu:1");
	threads(2, 1);
	near("0", "0");
	counted(PAIRS(2, 0, 0, 0, 0), 3, 0);
}

static void without_l3_it_is_the_outermost_shared_cache(void **state)
{
	(void)state;
	machine("pack:1 l2:2 core:4 l1:1 pu:1");
	threads(3, 3);
	near("0-1,4", "2-3,5");
	far("0-2", "4-6");
	/* Caches of one core each are none to share: it is the package. */
	machine("pack:2 core:4 l2:1 l1:1 pu:1");
	threads(3, 3);
	near("0-1,4", "2-3,5");
	counted(PAIRS(0, 0, 3, 0, 0), 0, 0);
	machine("pack:4 l3:1 core:1 pu:1");
	threads(2, 2);
	near("0,2", "1,3");
	counted(PAIRS(0, 0, 0, 0, 2), 0, 0);
}

static void only_cpus_of_the_mask_are_taken(void **state)
{
	(void)state;
	machine("core:8 pu:1");
	allow("1");
	threads(1, 1);
	near("1", "1");
	allow("1,4-5,7");
	threads(2, 2);
	near("1,4", "5,7");
	threads(8, 1);
	near("1,4-5,7", "4");
	/* Whole cores and halves of some; a half comes in its core's turn. */
	machine("pack:2 core:2 pu:2");
	allow("0-1,3,6-7");
	threads(4, 1);
	near("0,6-7,1", "3");
	/* A cache is shared by several cores, also where one of these is allowed. */
	machine("pack:1 l2:2 core:2 pu:1");
	allow("0,2");
	threads(1, 1);
	near("0", "2");
	counted(PAIRS(0, 0, 0, 1, 0), 0, 0);
	allow("9");
	assert_int_equal(placement_make(topology, allowed, PLACEMENT_NEAR, &point), -1);
	assert_non_null(strstr(error_text(), "--placement none"));
}

static void add_kind(const char *cpus, int efficiency)
{
	hwloc_bitmap_t kind = hwloc_bitmap_alloc();

	assert_int_equal(hwloc_bitmap_list_sscanf(kind, cpus), 0);
	assert_int_equal(hwloc_cpukinds_register(topology, kind, efficiency, 0, NULL, 0), 0);
	hwloc_bitmap_free(kind);
}

static void fast_cores_come_first(void **state)
{
	(void)state;
	machine("l3:1 core:8 pu:1");
	add_kind("0-4", 0);
	add_kind("5-7", 1);
	threads(2, 2);
	near("5-6", "7,0");
	threads(3, 0);
	near("5-7", "");
	/* Clusters of their own caches. */
	machine("l2:2 core:4 pu:1");
	add_kind("0-3", 0);
	add_kind("4-7", 1);
	threads(3, 3);
	near("4-5,0", "6-7,1");
	far("4-6", "0-2");
}

static void lists_of_the_user_are_judged(void **state)
{
	struct placed found;

	(void)state;
	machine(SERVER);
	threads(5, 5);
	strcpy(point.vcpu_cpus, "0,2,4,6,8");
	strcpy(point.reader_cpus, "0,3,10,16,32");
	counted(PAIRS(1, 1, 1, 1, 1), 2, 2);
	/* Lists are taken in turn. */
	strcpy(point.vcpu_cpus, "0,2");
	strcpy(point.reader_cpus, "32");
	counted(PAIRS(0, 0, 0, 0, 5), 10, 0);
	one_uffd(4, 2);
	strcpy(point.vcpu_cpus, "0,2,4,6");
	strcpy(point.reader_cpus, "8,32");
	counted(PAIRS(0, 0, 4, 0, 4), 0, 0);
	strcpy(point.reader_cpus, "");
	assert_false(nearness_count(topology, &point, &found));
	strcpy(point.reader_cpus, "64");
	assert_false(nearness_count(topology, &point, &found));
}

static void shared_pages_are_served_by_all(void **state)
{
	(void)state;
	machine(SERVER);
	threads(2, 2);
	assert_int_equal(point_set(&point, "workload", "shared"), 0);
	strcpy(point.vcpu_cpus, "0,32");
	strcpy(point.reader_cpus, "2,34");
	counted(PAIRS(0, 0, 2, 0, 2), 0, 0);
	assert_int_equal(point_set(&point, "workload", "sequential"), 0);
	counted(PAIRS(0, 0, 2, 0, 0), 0, 0);
}

static void a_list_too_long_for_a_point_is_refused(void **state)
{
	(void)state;
	machine("core:512 pu:2");
	threads(512, 0);
	assert_int_equal(placement_make(topology, allowed, PLACEMENT_NEAR, &point), -1);
	assert_non_null(strstr(error_text(), "--placement none"));
}

static void names_are_those_of_the_help(void **state)
{
	enum placement placement;

	(void)state;
	assert_int_equal(placement_parse("far", &placement), 0);
	assert_int_equal(placement, PLACEMENT_FAR);
	assert_int_equal(placement_parse("cores", &placement), -1);
	assert_int_equal(placement_parse("", &placement), -1);
	assert_string_equal(PLACEMENT_VALUES, "none|near|far");
}

int main(void)
{
#define TEST(f) cmocka_unit_test_teardown(f, no_machine)
	const struct CMUnitTest tests[] = {
		TEST(pairs_fill_one_cache_after_the_other),
		TEST(siblings_come_when_no_core_is_left),
		TEST(few_handlers_are_where_their_vcpus_are),
		TEST(vcpus_without_handlers_fill_caches),
		TEST(a_core_that_is_left_over_is_used_before_siblings),
		TEST(packages_without_siblings),
		TEST(far_handlers_have_another_package),
		TEST(far_takes_another_cache_of_one_package),
		TEST(far_needs_somewhere_to_be),
		TEST(machines_of_two_cpus),
		TEST(without_l3_it_is_the_outermost_shared_cache),
		TEST(only_cpus_of_the_mask_are_taken),
		TEST(fast_cores_come_first),
		TEST(lists_of_the_user_are_judged),
		TEST(shared_pages_are_served_by_all),
		TEST(a_list_too_long_for_a_point_is_refused),
		cmocka_unit_test(names_are_those_of_the_help),
	};

	return cmocka_run_group_tests_name("placement", tests, NULL, NULL);
}
