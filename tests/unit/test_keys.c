// SPDX-License-Identifier: GPL-2.0-only
/* The keys of a point: parsing, refusing, resolving, writing. */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "../../harness/duration.h"
#include "../../harness/keys.h"
#include "../../harness/mode.h"

static struct point p;
static char text[512];

static int set_up(void **state)
{
	(void)state;
	point_defaults(&p);
	return 0;
}

static void refused(const char *pair, const char *in_message)
{
	assert_int_equal(point_set_pair(&p, pair), -1);
	assert_non_null(strstr(error_text(), in_message));
}

static void accepted(const char *pair)
{
	assert_int_equal(point_set_pair(&p, pair), 0);
}

static void durations(void **state)
{
	uint64_t ns = 1;

	(void)state;
	assert_int_equal(duration_parse("0", &ns), 0);
	assert_int_equal(ns, 0);
	assert_int_equal(duration_parse("30us", &ns), 0);
	assert_int_equal(ns, 30000);
	assert_int_equal(duration_parse("1.5ms", &ns), 0);
	assert_int_equal(ns, 1500000);
	assert_int_equal(duration_parse("60s", &ns), 0);
	assert_int_equal(ns, 60000000000);
	assert_int_equal(duration_parse("61s", &ns), -1);
	assert_int_equal(duration_parse("30uss", &ns), -1);
	assert_int_equal(duration_parse("30", &ns), -1);
	assert_int_equal(duration_parse("-1us", &ns), -1);
	assert_int_equal(duration_parse("us", &ns), -1);
	assert_int_equal(duration_parse("", &ns), -1);
}

static void durations_come_back(void **state)
{
	static const char *const texts[] = { "0", "1ns", "30us", "1500us", "2s", "999ns" };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		uint64_t ns;

		assert_int_equal(duration_parse(texts[i], &ns), 0);
		assert_string_equal(duration_format(ns, text, sizeof(text)), texts[i]);
	}
}

static void numbers(void **state)
{
	uint64_t v;

	(void)state;
	assert_int_equal(number_parse("12", 1, 12, &v), 0);
	assert_int_equal(v, 12);
	assert_int_equal(number_parse("13", 1, 12, &v), -1);
	assert_int_equal(number_parse("0", 1, 12, &v), -1);
	assert_int_equal(number_parse("-1", 0, 12, &v), -1);
	assert_int_equal(number_parse("+1", 0, 12, &v), -1);
	assert_int_equal(number_parse(" 1", 0, 12, &v), -1);
	assert_int_equal(number_parse("1x", 0, 12, &v), -1);
	assert_int_equal(number_parse("99999999999999999999", 0, UINT64_MAX, &v), -1);
}

static void bad_values_are_named_with_what_would_do(void **state)
{
	(void)state;
	refused("vcpus=0", "1 to 1024");
	refused("vcpus=-1", "vcpus='-1'");
	refused("vcpus=100000", "1 to 1024");
	refused("mode=ufd", "userfault+uffd");
	refused("workload=random", "sequential");
	refused("fetch=30uss", "30us");
	refused("readers=0", "per-vcpu");
	refused("vcpu_cpus=0;1", "CPU list");
	refused("vcpu_cpus=0-", "CPU list");
	refused("vcpu_cpus=,0", "CPU list");
	refused("vcpu_cpus=0,", "CPU list");
	refused("vcpu_cpus=3-1", "CPU list");
	refused("vcpu_cpus=1-2-3", "CPU list");
	refused("reader_cpus=0-1024", "CPU list");
	refused("seconds=3601", "0 to 3600");
	refused("tasks=0", "1 to 64");
	refused("tasks=65", "1 to 64");
	refused("seconds=0.5", "0 to 3600");
	refused("vcpu=1", "unknown key 'vcpu'; known: mode");
	refused("vcpus", "KEY=VALUE");
	refused("=1", "KEY=VALUE");
	assert_int_equal(p.vcpus, 1);
}

static void values_come_back_as_written(void **state)
{
	static const char *const pairs[] = {
		"mode=uffd+exit",  "workload=shared", "access=read",	 "backing=shmem",
		"fault=minor",	   "tier=simulated",  "vcpus=1024",	 "pages=1048576",
		"fetch=250ns",	   "wait=spin",	      "uffds=per-vcpu",	 "readers=7",
		"handler=async",   "repeat=3",	      "vcpu_cpus=0,2-5", "reader_cpus=1",
		"seed=9000000000", "cpus=64",	      "quantum=1000",	 "coherence=70",
		"speed=8",	   "arch=arm64",      "handler=poll",	 "seconds=0",
		"tasks=64",	   "mode=async-pf",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		const char *equals = strchr(pairs[i], '=');
		char name[32];

		snprintf(name, sizeof(name), "%.*s", (int)(equals - pairs[i]), pairs[i]);
		accepted(pairs[i]);
		assert_string_equal(point_get(&p, point_key(name), text, sizeof(text)), equals + 1);
	}
}

static void architectures_have_their_limits(void **state)
{
	(void)state;
	refused("arch=vax", "x86_64, arm64");
	accepted("arch=x86_64");
	accepted("tier=simulated");
	accepted("cpus=241");
	assert_int_equal(point_resolve(&p), -1);
	assert_string_equal(
		error_text(),
		"cpus=241 is more than the 240 CPUs that the simulated machine of x86_64 takes");
	accepted("arch=arm64");
	accepted("cpus=256");
	accepted("vcpus=512");
	assert_int_equal(point_resolve(&p), 0);
	accepted("vcpus=513");
	assert_int_equal(point_resolve(&p), -1);
	assert_string_equal(error_text(),
			    "vcpus=513 is more than the 512 vCPUs that KVM on arm64 takes");
	accepted("vcpus=8");
	accepted("gic=v3");
	assert_int_equal(point_resolve(&p), 0);
	accepted("arch=x86_64");
	accepted("cpus=8");
	assert_int_equal(point_resolve(&p), -1);
	assert_string_equal(error_text(), "gic=v3 is for arch=arm64 only");
}

static void a_long_cpu_list_is_refused(void **state)
{
	char pair[1024] = "vcpu_cpus=";

	(void)state;
	memset(pair + strlen(pair), '1', 600);
	refused(pair, "vcpu_cpus");
}

static void fault_follows_backing(void **state)
{
	(void)state;
	assert_int_equal(point_resolve(&p), 0);
	assert_int_equal(p.fault, FAULT_MISSING);
	point_defaults(&p);
	accepted("backing=shmem");
	assert_int_equal(point_resolve(&p), 0);
	assert_int_equal(p.fault, FAULT_MINOR);
	point_defaults(&p);
	accepted("fault=minor");
	assert_int_equal(point_resolve(&p), -1);
	assert_non_null(strstr(error_text(), "backing=shmem"));
}

/* A page that is only read is the page of zeroes, and no memory. */
static void the_ceiling_brings_pages(void **state)
{
	(void)state;
	accepted("mode=kernel");
	assert_int_equal(point_resolve(&p), 0);
	accepted("access=read");
	assert_int_equal(point_resolve(&p), -1);
	assert_non_null(strstr(error_text(), "use access=write or backing=shmem"));
	accepted("workload=shared");
	assert_int_equal(point_resolve(&p), -1);
	accepted("backing=shmem");
	accepted("fault=auto");
	assert_int_equal(point_resolve(&p), 0);
	accepted("fault=missing");
	assert_int_equal(point_resolve(&p), 0);
	accepted("backing=anon");
	accepted("mode=uffd");
	assert_int_equal(point_resolve(&p), 0);
}

static void per_vcpu_counts_follow_vcpus(void **state)
{
	(void)state;
	accepted("vcpus=8");
	accepted("uffds=per-vcpu");
	accepted("readers=per-vcpu");
	assert_int_equal(point_resolve(&p), 0);
	assert_int_equal(p.uffds, 8);
	assert_int_equal(p.readers, 8);
}

static void no_more_userfaultfds_than_pages(void **state)
{
	(void)state;
	accepted("workload=shared");
	accepted("pages=4");
	accepted("vcpus=8");
	accepted("uffds=5");
	assert_int_equal(point_resolve(&p), -1);
	assert_non_null(strstr(error_text(), "uffds=5"));
}

static void shared_pages_are_not_multiplied(void **state)
{
	(void)state;
	accepted("vcpus=8");
	accepted("pages=4");
	assert_int_equal(point_pages_total(&p), 32);
	accepted("workload=shared");
	assert_int_equal(point_pages_total(&p), 4);
}

static void too_many_pages_are_refused(void **state)
{
	(void)state;
	accepted("arch=x86_64");
	accepted("vcpus=1024");
	accepted("pages=1025");
	assert_int_equal(point_resolve(&p), -1);
	assert_non_null(strstr(error_text(), "pages=1025"));
}

static void several_cpus_are_faster_each(void **state)
{
	(void)state;
	assert_int_equal(point_resolve(&p), 0);
	assert_int_equal(p.speed, 1);
	assert_false(point_is_manycore(&p));
	point_defaults(&p);
	accepted("cpus=16");
	assert_int_equal(point_resolve(&p), 0);
	assert_int_equal(p.speed, SPEED_MANYCORE);
	assert_true(point_is_manycore(&p));
	accepted("arch=x86_64");
	accepted("cpus=241");
	assert_int_equal(point_resolve(&p), -1);
	assert_non_null(strstr(error_text(), "240"));
}

static void only_the_simulated_tier_has_simulated_cpus(void **state)
{
	(void)state;
	accepted("cpus=16");
	accepted("coherence=70");
	accepted("tier=hardware");
	assert_int_equal(point_resolve(&p), -1);
	assert_non_null(strstr(error_text(), "tier=simulated only"));
	point_set_tier(&p, TIER_HARDWARE);
	assert_int_equal(point_resolve(&p), 0);
	assert_int_equal(p.cpus, 1);
	assert_int_equal(p.coherence_ns, 0);
	point_set_tier(&p, TIER_SIMULATED);
	assert_int_equal(p.tier, TIER_SIMULATED);
}

/* What nobody has asked for is decided with the tier, and once. */
static void amount_follows_the_tier(void **state)
{
	static const struct {
		enum tier tier;
		unsigned int vcpus, pages, seconds;
	} expected[] = {
		{ TIER_HARDWARE, 4, 4096, 1 },	  { TIER_NESTED, 256, 4096, 1 },
		{ TIER_HARDWARE, 1024, 1024, 1 }, { TIER_SIMULATED, 4, 256, 0 },
		{ TIER_EMULATED, 4, 256, 0 },
	};

	(void)state;
	accepted("arch=x86_64");
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		point_defaults(&p);
		p.vcpus = expected[i].vcpus;
		assert_int_equal(point_resolve(&p), 0);
		assert_int_equal(p.pages, 0);
		point_set_tier(&p, expected[i].tier);
		assert_int_equal(point_resolve(&p), 0);
		assert_int_equal(point_resolve(&p), 0);
		assert_int_equal(p.pages, expected[i].pages);
		assert_int_equal(p.seconds, expected[i].seconds);
		assert_true(point_pages_total(&p) <= PAGES_MAX);
		assert_int_equal(point_is_native(&p), expected[i].seconds != 0);
	}
	/* All in all where they are shared. */
	point_defaults(&p);
	accepted("workload=shared");
	accepted("vcpus=8");
	point_set_tier(&p, TIER_NESTED);
	assert_int_equal(point_resolve(&p), 0);
	assert_int_equal(p.pages, 8 * 4096);
}

static void an_amount_that_is_asked_for_stays(void **state)
{
	(void)state;
	accepted("seconds=0");
	accepted("pages=7");
	point_set_tier(&p, TIER_HARDWARE);
	assert_int_equal(point_resolve(&p), 0);
	assert_int_equal(p.pages, 7);
	assert_int_equal(p.seconds, 0);
	accepted("seconds=9");
	assert_int_equal(point_resolve(&p), 0);
	assert_int_equal(p.seconds, 9);
	/* A sweep's are of its native points; who asks for both is told. */
	p.tier = TIER_SIMULATED;
	assert_int_equal(point_resolve(&p), -1);
	assert_string_equal(error_text(),
			    "seconds=9 is for native tiers only; in tier=simulated leave it out");
	point_set_tier(&p, TIER_SIMULATED);
	assert_int_equal(point_resolve(&p), 0);
	assert_int_equal(p.seconds, 0);
}

/* Also before it is known how many there are. */
static void default_pages_limit_userfaultfds(void **state)
{
	(void)state;
	accepted("uffds=300");
	assert_int_equal(point_resolve(&p), -1);
	assert_string_equal(error_text(), "uffds=300 is more than the 256 pages there are");
	point_set_tier(&p, TIER_HARDWARE);
	assert_int_equal(point_resolve(&p), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(durations, set_up),
		cmocka_unit_test_setup(durations_come_back, set_up),
		cmocka_unit_test_setup(numbers, set_up),
		cmocka_unit_test_setup(bad_values_are_named_with_what_would_do, set_up),
		cmocka_unit_test_setup(values_come_back_as_written, set_up),
		cmocka_unit_test_setup(architectures_have_their_limits, set_up),
		cmocka_unit_test_setup(a_long_cpu_list_is_refused, set_up),
		cmocka_unit_test_setup(fault_follows_backing, set_up),
		cmocka_unit_test_setup(the_ceiling_brings_pages, set_up),
		cmocka_unit_test_setup(per_vcpu_counts_follow_vcpus, set_up),
		cmocka_unit_test_setup(no_more_userfaultfds_than_pages, set_up),
		cmocka_unit_test_setup(shared_pages_are_not_multiplied, set_up),
		cmocka_unit_test_setup(too_many_pages_are_refused, set_up),
		cmocka_unit_test_setup(several_cpus_are_faster_each, set_up),
		cmocka_unit_test_setup(only_the_simulated_tier_has_simulated_cpus, set_up),
		cmocka_unit_test_setup(amount_follows_the_tier, set_up),
		cmocka_unit_test_setup(an_amount_that_is_asked_for_stays, set_up),
		cmocka_unit_test_setup(default_pages_limit_userfaultfds, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
