// SPDX-License-Identifier: GPL-2.0-only
/* Which handlers serve which vCPUs. */
#include "unit.h"

#include <string.h>

#include "../../harness/serving.h"

static void served_in(const char *mode, unsigned int vcpus, unsigned int uffds,
		      unsigned int readers, const char *workload, const char *const *expected)
{
	struct point p;

	point_defaults(&p);
	assert_int_equal(point_set(&p, "mode", mode), 0);
	assert_int_equal(point_set(&p, "workload", workload), 0);
	p.pages = 256;
	p.vcpus = vcpus;
	p.uffds = uffds;
	p.readers = readers;
	assert_int_equal(point_resolve(&p), 0);
	for (unsigned int h = 0; h < readers; h++)
		for (unsigned int v = 0; v < vcpus; v++)
			assert_int_equal(handler_serves(&p, h, v), expected[h][v] == 'x');
}

static void served(unsigned int vcpus, unsigned int uffds, unsigned int readers,
		   const char *workload, const char *const *expected)
{
	served_in("uffd", vcpus, uffds, readers, workload, expected);
}

#define ROWS(...) ((const char *const[]){ __VA_ARGS__ })

static void one_uffd_is_everybodys(void **state)
{
	(void)state;
	served(3, 1, 2, "sequential", ROWS("xxx", "xxx"));
}

static void each_has_its_own(void **state)
{
	(void)state;
	served(3, 3, 3, "sequential", ROWS("x..", ".x.", "..x"));
	served(4, 2, 2, "sequential", ROWS("xx..", "..xx"));
	served(2, 2, 4, "sequential", ROWS("x.", ".x", "x.", ".x"));
}

static void few_take_turns(void **state)
{
	(void)state;
	served(5, 5, 2, "sequential", ROWS("x.x.x", ".x.x."));
	served(2, 4, 4, "sequential", ROWS("x.", "x.", ".x", ".x"));
}

/* The boundary of two userfaultfds lies within the pages of the vCPU in the middle. */
static void a_vcpu_may_have_two(void **state)
{
	(void)state;
	served(3, 2, 2, "sequential", ROWS("xx.", ".xx"));
}

static void shared_pages_are_everybodys(void **state)
{
	(void)state;
	served(3, 3, 3, "shared", ROWS("xxx", "xxx", "xxx"));
}

/* Whatever pages a vCPU has, and without any userfaultfd. */
static void vcpus_take_turns(void **state)
{
	(void)state;
	served_in("async-pf", 5, 1, 2, "sequential", ROWS("x.x.x", ".x.x."));
	served_in("async-pf", 3, 1, 3, "shared", ROWS("x..", ".x.", "..x"));
	served_in("async-pf", 2, 2, 3, "sequential", ROWS("x.", ".x", ".."));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_uffd_is_everybodys),
		cmocka_unit_test(each_has_its_own),
		cmocka_unit_test(few_take_turns),
		cmocka_unit_test(a_vcpu_may_have_two),
		cmocka_unit_test(shared_pages_are_everybodys),
		cmocka_unit_test(vcpus_take_turns),
	};

	return cmocka_run_group_tests_name("serving", tests, NULL, NULL);
}
