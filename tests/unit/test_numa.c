// SPDX-License-Identifier: GPL-2.0-only
/* Which pages are bound to which nodes, and that the kernel takes them from there. */
#include "unit.h"

#include <errno.h>
#include <linux/mempolicy.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../../harness/point/memory.h"
#include "../../harness/point/numa.h"
#include "../../workloads/guest_abi.h"
#include "fail_stub.h"

#define NONE NUMA_NODE_NONE

static struct point point;
static struct numa numa;

static int set_up(void **state)
{
	(void)state;
	point_defaults(&point);
	point.pages = 4;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	numa_free(&numa);
	return 0;
}

static void plan(unsigned int vcpus, const int *nodes)
{
	numa_free(&numa);
	point.vcpus = vcpus;
	numa_plan(&numa, &point, nodes);
}

#define NODES(...) ((const int[]){ __VA_ARGS__ })

/* nodes: ends with NONE. */
static void range_is(unsigned int index, uint64_t first_page, uint64_t pages, const int *nodes)
{
	struct numa_nodes expected = { 0 };

	for (; *nodes != NONE; nodes++)
		numa_nodes_add(&expected, *nodes);
	assert_true(index < numa.range_count);
	assert_int_equal(numa.ranges[index].first_page, first_page);
	assert_int_equal(numa.ranges[index].pages, pages);
	assert_memory_equal(&numa.ranges[index].nodes, &expected, sizeof(expected));
}

static void written(const char *expected)
{
	char text[64] = "";
	FILE *out = fmemopen(text, sizeof(text), "w");

	numa_write(out, &numa);
	fclose(out);
	assert_string_equal(text, expected);
}

static void pages_go_to_the_node_of_their_vcpu(void **state)
{
	(void)state;
	plan(5, NODES(0, 0, 1, 1, 0));
	assert_int_equal(numa.range_count, 3);
	range_is(0, 0, 8, NODES(0, NONE));
	range_is(1, 8, 8, NODES(1, NONE));
	range_is(2, 16, 4, NODES(0, NONE));
	written(",\"memory_nodes\":[0,1]");
}

static void unknown_nodes_leave_it_to_the_kernel(void **state)
{
	(void)state;
	plan(3, NODES(1023, NONE, 1023));
	assert_int_equal(numa.range_count, 2);
	range_is(0, 0, 4, NODES(1023, NONE));
	range_is(1, 8, 4, NODES(1023, NONE));
	written(",\"memory_nodes\":[1023]");
	plan(2, NODES(NONE, NONE));
	assert_int_equal(numa.range_count, 0);
	written(",\"memory_nodes\":[]");
}

static void shared_pages_go_to_all_nodes_in_turn(void **state)
{
	(void)state;
	assert_int_equal(point_set(&point, "workload", "shared"), 0);
	plan(4, NODES(0, 2, NONE, 2));
	assert_int_equal(numa.range_count, 1);
	range_is(0, 0, 4, NODES(0, 2, NONE));
	written(",\"memory_nodes\":[0,2]");
	plan(2, NODES(1, 1));
	range_is(0, 0, 4, NODES(1, NONE));
	plan(2, NODES(NONE, NONE));
	assert_int_equal(numa.range_count, 0);
}

static void only_native_tiers_with_pinned_vcpus_have_a_choice(void **state)
{
	(void)state;
	point.tier = TIER_SIMULATED;
	strcpy(point.vcpu_cpus, "0");
	numa_plan_here(&numa, &point);
	assert_false(numa.has_choice);
	point.tier = TIER_HARDWARE;
	point.vcpu_cpus[0] = '\0';
	numa_plan_here(&numa, &point);
	assert_false(numa.has_choice);
	assert_int_equal(numa.range_count, 0);
	written("");
}

/* Nodes that have memory for this process; 0 where the kernel has no NUMA, or does not tell. */
static unsigned int nodes_here(int *nodes, unsigned int max)
{
	struct numa_nodes allowed = { 0 };
	unsigned int count = 0;

	if (syscall(SYS_get_mempolicy, NULL, allowed.words, NUMA_NODES_MAX + 1ul, NULL,
		    MPOL_F_MEMS_ALLOWED))
		return 0;
	for (unsigned int node = 0; node < NUMA_NODES_MAX && count < max; node++)
		if (numa_nodes_has(&allowed, node))
			nodes[count++] = (int)node;
	return count;
}

static void machines_of_one_node_are_left_alone(void **state)
{
	int nodes[2];
	unsigned int count = nodes_here(nodes, 2);

	(void)state;
	point.tier = TIER_HARDWARE;
	strcpy(point.vcpu_cpus, "0");
	numa_plan_here(&numa, &point);
	assert_int_equal(numa.has_choice,
			 access("/sys/devices/system/node/has_memory", F_OK) == 0 && count > 1);
	assert_int_equal(numa.range_count, numa.has_choice);
}

static int policy_of(const void *page)
{
	int policy = -1;

	assert_int_equal(syscall(SYS_get_mempolicy, &policy, NULL, 0, page, MPOL_F_ADDR), 0);
	return policy;
}

static int node_of(const void *page)
{
	int node = -1;

	assert_int_equal(syscall(SYS_get_mempolicy, &node, NULL, 0, page,
				 MPOL_F_NODE | MPOL_F_ADDR),
			 0);
	return node;
}

/* The first vCPU's pages are bound to one node, the last one's to another if there is one. */
static void check_bound(uint8_t *memory, const int *nodes)
{
	for (unsigned int page = 0; page < 12; page++) {
		uint8_t *at = memory + page * PAGE_BYTES;
		const int node = nodes[page / 4];

		assert_int_equal(policy_of(at), node == NONE ? MPOL_DEFAULT : MPOL_BIND);
		*(volatile uint8_t *)at = 1;
		if (node != NONE)
			assert_int_equal(node_of(at), node);
	}
}

static void the_kernel_takes_pages_from_there(void **state)
{
	static const struct {
		enum backing backing;
		enum fault_kind fault;
	} kinds[] = {
		{ BACKING_ANON, FAULT_MISSING },
		{ BACKING_SHMEM, FAULT_MISSING },
		{ BACKING_SHMEM, FAULT_MINOR },
	};
	int here[2], nodes[3] = { NONE, NONE, NONE };
	unsigned int count = nodes_here(here, 2);

	(void)state;
	if (!count) {
		print_message("this kernel binds no memory\n");
		_skip(__FILE__, __LINE__);
	}
	nodes[0] = here[count - 1];
	nodes[2] = here[0];
	plan(3, nodes);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct memory memory;

		memory_create(&memory, kinds[i].backing, THP_NEVER, kinds[i].fault, 12 * PAGE_BYTES,
			      &numa, -1);
		memory_add_source(&memory, 1, &numa);
		check_bound(memory.source, nodes);
		if (memory.alias)
			check_bound(memory.alias, nodes);
		check_bound(memory.hva, nodes);
		memory_destroy(&memory);
	}
}

static void a_node_that_is_not_there_fails(void **state)
{
	int here[2];

	(void)state;
	if (!nodes_here(here, 2)) {
		print_message("this kernel binds no memory\n");
		_skip(__FILE__, __LINE__);
	}
	plan(1, NODES(1023));
	assert_true(FAILS(memory_create(&(struct memory){ 0 }, BACKING_ANON, THP_NEVER,
					FAULT_MISSING, 4 * PAGE_BYTES, &numa, -1)));
	assert_non_null(strstr(fail_message, "--placement none"));
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(pages_go_to_the_node_of_their_vcpu),
		TEST(unknown_nodes_leave_it_to_the_kernel),
		TEST(shared_pages_go_to_all_nodes_in_turn),
		TEST(only_native_tiers_with_pinned_vcpus_have_a_choice),
		TEST(machines_of_one_node_are_left_alone),
		TEST(the_kernel_takes_pages_from_there),
		TEST(a_node_that_is_not_there_fails),
	};

	return cmocka_run_group_tests_name("numa", tests, NULL, NULL);
}
