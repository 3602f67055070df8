// SPDX-License-Identifier: GPL-2.0-only
/* Records as faultline-point writes them, read back by a JSON library. */
#include "unit.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "../../harness/benches/benches.h"
#include "../../harness/mode.h"
#include "../../harness/point/emit.h"

#define PAGES 4
#define EACH 8 /* of three vCPUs */

static struct point point;
static struct page_record records[3 * EACH];
static struct guest_vcpu blocks[3];
static uint64_t no_cpu_ns(const struct measurement *m)
{
	(void)m;
	return 0;
}

static const struct mode active = { .way = WAY_EXIT }, passive = { .way = WAY_NONE };
static const struct mode with_handlers = { .way = WAY_EVENT, .cpu_ns = no_cpu_ns };
static struct measurement m = {
	.point = &point,
	.bench = &bench_fault,
	.mode = &active,
	.pages_total = PAGES,
	.grain_pages = 1,
	.ticks_hz = 2000000000, /* two ticks a ns */
	.records = records,
	.blocks = blocks,
};

static int set_up(void **state)
{
	(void)state;
	point_defaults(&point);
	point.vcpus = 2;
	point.pages = 2;
	point.speed = 1;
	m.mode = &active;
	m.cpu_ns = m.handler_cpu_ns = 0;
	m.held_up_ns = 0;
	m.check_page_cpu_ns = 0;
	m.pages_total = PAGES;
	for (uint64_t i = 0; i < PAGES; i++)
		records[i] = (struct page_record){
			.t0 = 100,
			.t1 = 300,
			.t2 = 2300,
			.t3 = 2500,
			.t4 = 2600 + 2 * i,
			.due = 2300,
		};
	for (unsigned int i = 0; i < 2; i++)
		blocks[i] = (struct guest_vcpu){
			.index = i,
			.pages = 2,
			.start_ticks = 100 + i * 1000,
			.end_ticks = 4100 + i * 1000,
		};
	return 0;
}

static json_t *write_and_read(void)
{
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	json_error_t error;
	json_t *json;

	emit_head(out, &point);
	emit_figures(out, &m);
	fputs("}\n", out);
	fclose(out);
	assert_ptr_equal(strchr(text, '\n'), text + size - 1);
	json = json_loads(text, JSON_REJECT_DUPLICATES, &error);
	if (!json)
		print_error("%s in %s\n", error.text, text);
	assert_non_null(json);
	free(text);
	return json;
}

static json_int_t phase_value(json_t *json, const char *phase, const char *name)
{
	json_t *value =
		json_object_get(json_object_get(json_object_get(json, "latency_ns"), phase), name);

	assert_true(json_is_integer(value));
	return json_integer_value(value);
}

static void phases_are_in_ns_and_add_up(void **state)
{
	json_t *json = write_and_read();

	(void)state;
	assert_int_equal(phase_value(json, "delivery", "p50"), 100);
	assert_int_equal(phase_value(json, "fetch", "p50"), 1000);
	assert_int_equal(phase_value(json, "resolve", "max"), 100);
	assert_int_equal(phase_value(json, "resume", "min"), 50);
	assert_int_equal(phase_value(json, "resume", "max"), 53);
	assert_int_equal(phase_value(json, "total", "max"), 1253);
	json_decref(json);
}

static void guest_that_is_faster_than_the_handler_ends_resolve(void **state)
{
	json_t *json;

	(void)state;
	for (unsigned int i = 0; i < PAGES; i++)
		records[i].t4 = 2400; /* before t3 */
	json = write_and_read();
	assert_int_equal(phase_value(json, "resolve", "p50"), 50);
	assert_int_equal(phase_value(json, "resume", "max"), 0);
	assert_int_equal(phase_value(json, "total", "p50"), 1150);
	json_decref(json);
}

static void settings_are_those_of_this_kernel(void **state)
{
	static const char path[] = "/proc/sys/vm/nr_hugepages";
	json_t *json = write_and_read();
	const json_t *settings = json_object_get(json, "settings");
	const char *hugepages = json_string_value(json_object_get(settings, "hugepages"));
	char line[64];
	FILE *in = fopen(path, "r");

	(void)state;
	assert_int_equal(json_object_size(settings), 4);
	if (in) {
		assert_non_null(fgets(line, sizeof(line), in));
		line[strcspn(line, "\n")] = '\0';
		assert_string_equal(hugepages, line);
		fclose(in);
	} else {
		assert_null(hugepages);
	}
	json_decref(json);
}

static json_t *p999(json_t *json)
{
	json_t *phases = json_object_get(json, "latency_ns");

	return json_object_get(json_object_get(phases, "total"), "p999");
}

static void few_faults_have_no_p999(void **state)
{
	const uint64_t most = 10000;
	struct page_record *many = calloc(most, sizeof(*many));
	json_t *json;

	(void)state;
	assert_non_null(many);
	for (uint64_t i = 0; i < most; i++)
		many[i] = records[0];
	m.records = many;
	m.pages_total = most - 1;
	json = write_and_read();
	assert_true(json_is_null(p999(json)));
	json_decref(json);
	m.pages_total = most;
	json = write_and_read();
	assert_int_equal(json_integer_value(p999(json)), 1250);
	json_decref(json);
	m.records = records;
	free(many);
}

/* Natively it is a round, and both say pages per second. */
static void briefs_are_numbered(void **state)
{
	static const struct {
		enum tier tier;
		const char *name;
	} expected[] = { { TIER_SIMULATED, "draw" }, { TIER_HARDWARE, "round" } };

	(void)state;
	m.draw = 3;
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		char *text;
		size_t size;
		FILE *out = open_memstream(&text, &size);
		double rate = 0;
		json_t *json;

		point.tier = expected[i].tier;
		rate = emit_brief(out, &m);
		fclose(out);
		json = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
		assert_int_equal(json_integer_value(json_object_get(json, expected[i].name)), 3);
		assert_true(rate == 1600000.0);
		assert_true(json_real_value(json_object_get(json, "rate_span")) == rate);
		json_decref(json);
		free(text);
	}
	m.draw = 0;
}

static void rates_are_of_span_and_of_vcpus(void **state)
{
	json_t *json = write_and_read();

	(void)state;
	/* First start to last end: 5000 ticks. Each vCPU: 2 pages in 4000 ticks. */
	assert_int_equal(json_integer_value(json_object_get(json, "span_ns")), 2500);
	assert_true(json_real_value(json_object_get(json, "rate_span")) == 1600000.0);
	assert_true(json_real_value(json_object_get(json, "rate_sum")) == 2000000.0);
	json_decref(json);
}

static void cpu_time_is_per_page(void **state)
{
	json_t *json;

	(void)state;
	/* Of the kernel's ns two make up one of the results. */
	point.speed = 2;
	m.cpu_ns = 10000;
	json = write_and_read();
	assert_true(json_real_value(json_object_get(json, "cpu_ns_per_page")) == 1250.0);
	json_decref(json);
	/* Less than what waiting to start is said to have taken: not known. */
	m.cpu_ns = -1;
	json = write_and_read();
	assert_null(json_object_get(json, "cpu_ns_per_page"));
	json_decref(json);
}

static void cpu_time_of_handlers_stands_alone_too(void **state)
{
	json_t *json;

	(void)state;
	point.speed = 2;
	m.cpu_ns = 10000;
	m.handler_cpu_ns = 2000;
	m.mode = &with_handlers;
	json = write_and_read();
	assert_true(json_real_value(json_object_get(json, "cpu_ns_per_page")) == 1250.0);
	assert_true(json_real_value(json_object_get(json, "handler_cpu_ns_per_page")) == 250.0);
	json_decref(json);
	/* Nothing to do is known, too; */
	m.handler_cpu_ns = 0;
	json = write_and_read();
	assert_true(json_is_real(json_object_get(json, "handler_cpu_ns_per_page")));
	json_decref(json);
	/* but not where there are none, or where nothing is known. */
	m.mode = &active;
	json = write_and_read();
	assert_non_null(json_object_get(json, "cpu_ns_per_page"));
	assert_null(json_object_get(json, "handler_cpu_ns_per_page"));
	json_decref(json);
	m.mode = &with_handlers;
	m.cpu_ns = 0;
	json = write_and_read();
	assert_null(json_object_get(json, "handler_cpu_ns_per_page"));
	json_decref(json);
}

static void starts_apart_are_measured_and_marked(void **state)
{
	const uint64_t first = blocks[0].start_ticks;
	json_t *json;

	(void)state;
	/* 5 % of the span of 5000 ticks, and a little more. */
	blocks[1].start_ticks = first + 250;
	json = write_and_read();
	assert_int_equal(json_integer_value(json_object_get(json, "start_skew_ns")), 125);
	assert_true(json_is_false(json_object_get(json, "start_skewed")));
	json_decref(json);
	blocks[1].start_ticks = first + 260;
	json = write_and_read();
	assert_int_equal(json_integer_value(json_object_get(json, "start_skew_ns")), 130);
	assert_true(json_is_true(json_object_get(json, "start_skewed")));
	json_decref(json);
}

static void who_was_held_up_is_marked(void **state)
{
	json_t *json;

	(void)state;
	/* 1 % of a span of 2500 ns, and a little more; VMs stand still with their clocks. */
	point.tier = TIER_NESTED;
	m.held_up_ns = 25;
	json = write_and_read();
	assert_int_equal(json_integer_value(json_object_get(json, "held_up_ns")), 25);
	assert_true(json_is_false(json_object_get(json, "held_up")));
	json_decref(json);
	m.held_up_ns = 26;
	json = write_and_read();
	assert_true(json_is_true(json_object_get(json, "held_up")));
	json_decref(json);
	point.tier = TIER_SIMULATED;
	json = write_and_read();
	assert_null(json_object_get(json, "held_up"));
	json_decref(json);
}

static void an_emulated_guest_is_marked(void **state)
{
	json_t *json;

	(void)state;
	point.tier = TIER_NESTED;
	m.check_page_cpu_ns = 100000;
	json = write_and_read();
	assert_int_equal(json_integer_value(json_object_get(json, "check_page_cpu_ns")), 100000);
	assert_true(json_is_false(json_object_get(json, "guest_emulated")));
	json_decref(json);
	m.check_page_cpu_ns = 100001;
	json = write_and_read();
	assert_true(json_is_true(json_object_get(json, "guest_emulated")));
	json_decref(json);
	/* In VMs all instructions are. */
	point.tier = TIER_SIMULATED;
	json = write_and_read();
	assert_null(json_object_get(json, "guest_emulated"));
	json_decref(json);
}

/* Three vCPUs with eight pages each, whose totals are 1250, 1251 and 1252 ns. */
static void set_three_vcpus(void)
{
	point.vcpus = 3;
	point.pages = EACH;
	m.pages_total = 3 * EACH;
	for (unsigned int i = 0; i < 3; i++) {
		records[i * EACH] = records[0];
		records[i * EACH].t4 = 2600 + 2 * i;
		blocks[i] = blocks[0];
		blocks[i].first_page = i * EACH;
		blocks[i].pages = EACH;
		for (unsigned int page = 1; page < EACH; page++)
			records[i * EACH + page] = records[i * EACH];
	}
}

static void one_that_is_another_case_is_named(void **state)
{
	json_t *json, *straggler;
	const char *interval;
	double mean_ns, median_ns;
	int vcpu;

	(void)state;
	set_three_vcpus();
	json = write_and_read();
	assert_true(json_is_null(json_object_get(json, "straggler")));
	json_decref(json);
	/* The middle one's delivery takes 2 us instead of 0.1. */
	for (unsigned int i = EACH; i < 2 * EACH; i++) {
		records[i].t1 += 3800;
		records[i].t2 += 3800;
		records[i].t3 += 3800;
		records[i].t4 += 3800;
	}
	json = write_and_read();
	straggler = json_object_get(json, "straggler");
	assert_int_equal(json_unpack(straggler, "{s:i, s:s, s:F, s:F}", "vcpu", &vcpu, "interval",
				     &interval, "mean_ns", &mean_ns, "median_ns", &median_ns),
			 0);
	assert_int_equal(vcpu, 1);
	assert_string_equal(interval, "delivery");
	assert_true(mean_ns == 2000.0 && median_ns == 100.0);
	json_decref(json);
}

static void shared_pages_count_for_who_came_first(void **state)
{
	json_t *json;

	(void)state;
	for (unsigned int i = 0; i < 2; i++)
		blocks[i].is_shared = 1;
	for (unsigned int i = 0; i < PAGES; i++)
		records[i].claimed = i ? 1 : 2;
	json = write_and_read();
	/* Three pages of one vCPU and one of the other, in 2000 ns each. */
	assert_true(json_real_value(json_object_get(json, "rate_sum")) == 2000000.0);
	json_decref(json);
}

static void fetch_that_is_off_is_marked(void **state)
{
	json_t *json = write_and_read();

	(void)state;
	assert_int_equal(json_integer_value(json_object_get(json, "fetch_achieved_p50_ns")), 1000);
	assert_true(json_is_false(json_object_get(json, "fetch_off")));
	json_decref(json);
	/* One page on time, three of them 2 us late, and a little more. */
	for (unsigned int i = 1; i < PAGES; i++)
		records[i].due -= 4000;
	json = write_and_read();
	assert_true(json_is_false(json_object_get(json, "fetch_off")));
	json_decref(json);
	for (unsigned int i = 1; i < PAGES; i++)
		records[i].due -= 2;
	json = write_and_read();
	assert_true(json_is_true(json_object_get(json, "fetch_off")));
	json_decref(json);
}

static void histogram_counts_every_page(void **state)
{
	json_t *json = write_and_read();
	json_t *histogram =
		json_object_get(json_object_get(json_object_get(json, "latency_ns"), "total"),
				"histogram");
	json_int_t count = 0;
	json_t *bucket;
	size_t i;

	(void)state;
	json_array_foreach (histogram, i, bucket)
		count += json_integer_value(json_array_get(bucket, 1));
	assert_int_equal(count, PAGES);
	json_decref(json);
}

static void passive_mode_has_only_the_total(void **state)
{
	json_t *json;

	(void)state;
	m.mode = &passive;
	json = write_and_read();
	assert_int_equal(json_object_size(json_object_get(json, "latency_ns")), 1);
	assert_int_equal(phase_value(json, "total", "min"), 1250);
	assert_true(json_is_null(json_object_get(json, "fetch_achieved_p50_ns")));
	json_decref(json);
}

static void emulated_tier_prints_no_time(void **state)
{
	json_t *json;

	(void)state;
	point.tier = TIER_EMULATED;
	m.mode = &with_handlers;
	m.cpu_ns = 10000;
	json = write_and_read();
	assert_null(json_object_get(json, "cpu_ns_per_page"));
	assert_null(json_object_get(json, "handler_cpu_ns_per_page"));
	assert_null(json_object_get(json, "rate_span"));
	assert_null(json_object_get(json, "latency_ns"));
	assert_int_equal(json_integer_value(json_object_get(json, "pages_total")), PAGES);
	json_decref(json);
}

static void reason_survives_as_text(void **state)
{
	const char reason[] = "a \"quoted\" \\ back\nslash\x01";
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	json_t *json;

	(void)state;
	emit_reason(out, &point, "failed", reason);
	fclose(out);
	json = json_loads(text, 0, NULL);
	assert_non_null(json);
	assert_string_equal(json_string_value(json_object_get(json, "reason")), reason);
	assert_string_equal(json_string_value(json_object_get(json, "status")), "failed");
	assert_string_equal(json_string_value(json_object_get(json, "mode")), "userfault");
	assert_int_equal(json_integer_value(json_object_get(json, "vcpus")), 2);
	json_decref(json);
	free(text);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup(f, set_up)
	const struct CMUnitTest tests[] = {
		TEST(phases_are_in_ns_and_add_up),
		TEST(settings_are_those_of_this_kernel),
		TEST(guest_that_is_faster_than_the_handler_ends_resolve),
		TEST(few_faults_have_no_p999),
		TEST(briefs_are_numbered),
		TEST(rates_are_of_span_and_of_vcpus),
		TEST(cpu_time_is_per_page),
		TEST(cpu_time_of_handlers_stands_alone_too),
		TEST(starts_apart_are_measured_and_marked),
		TEST(who_was_held_up_is_marked),
		TEST(an_emulated_guest_is_marked),
		TEST(one_that_is_another_case_is_named),
		TEST(shared_pages_count_for_who_came_first),
		TEST(fetch_that_is_off_is_marked),
		TEST(histogram_counts_every_page),
		TEST(passive_mode_has_only_the_total),
		TEST(emulated_tier_prints_no_time),
		TEST(reason_survives_as_text),
	};

	return cmocka_run_group_tests_name("emit", tests, NULL, NULL);
}
