// SPDX-License-Identifier: GPL-2.0-only
/* Searches in made-up landscapes, whose best set-ups are known. */
#include "unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../../harness/mode.h"
#include "../../harness/run/cmd/run_steps.h"
#include "../../harness/run/cmd/search_step.h"
#include "../../harness/run/plan/search.h"
#include "../../harness/run/store/record.h"

/* What a set-up is worth; a p99 of 0: it cannot run. */
struct worth {
	double rate, p99_us, handlers_us;
};

static const char head[] =
	"[search]\nkeys = uffds, readers, handler\n"
	"[defaults]\nmode = uffd\ncpus_max = 128\nreaders_apart = 1\ndraws = 1\n";

static const struct setup nothing = { .manycore = "", .coherence = "" };

static struct sweep sweep;
static struct plan plan;
static struct records records;
static json_t *run;
static size_t steps;
static enum tier tier;

static int set_up(void **state)
{
	(void)state;
	records = (struct records){ 0 };
	run = json_object();
	steps = 0;
	tier = TIER_SIMULATED;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	records_free(&records);
	plan_free(&plan);
	sweep_free(&sweep);
	json_decref(run);
	return 0;
}

static void plan_grid(const char *grid)
{
	char *text = xasprintf("%s%s", head, grid);
	struct plan_options options = { .seed = 1 };

	assert_int_equal(sweep_parse(&sweep, "s.ini", text), 0);
	assert_int_equal(plan_make(&plan, &sweep, &options), 0);
	plan_set_tier(&plan, tier);
	free(text);
}

static void add_record(const struct planned *planned, struct worth worth)
{
	json_t *json = record_failed(&planned->point, "cannot run");

	json_object_set_new(json, "status", json_string(worth.p99_us ? "ok" : "skipped"));
	if (worth.p99_us) {
		json_object_set_new(json, "rate_span", json_real(worth.rate));
		json_object_set_new(json, "handler_cpu_ns_per_page",
				    json_real(worth.handlers_us * 1000));
		json_object_set_new(json, "latency_ns",
				    json_pack("{s:{s:f, s:f}}", "total", "p99", worth.p99_us * 1000,
					      "mean", 1000.0));
	}
	record_finish(json, planned->series, planned->id, json_object());
	records.v = xreallocarray(records.v, records.n + 1, sizeof(*records.v));
	assert_int_equal(record_init(&records.v[records.n], json), 0);
	records.v[records.n].line = (int)records.n + 1;
	records.n++;
}

static void search(const char *grid, struct worth (*worth_of)(const struct point *p))
{
	size_t measured = 0;

	plan_grid(grid);
	do {
		for (; measured < plan.count; measured++)
			add_record(&plan.points[measured], worth_of(&plan.points[measured].point));
		assert_true(++steps < 100);
	} while (search_step(&plan, run, &records));
	assert_int_equal(measured, plan.count);
}

static size_t times_measured(unsigned int vcpus, unsigned int coherence_ns, const char *series)
{
	size_t n = 0;

	for (size_t i = 0; i < records.n; i++)
		n += records.v[i].point.vcpus == vcpus &&
		     records.v[i].point.coherence_ns == coherence_ns &&
		     !strcmp(records.v[i].series, series);
	return n;
}

static double away(unsigned int count, unsigned int best)
{
	return fabs(log2(count) - log2(best));
}

/* For its rate 8 uffds and 32 readers that poll, for p99 16 and 16 that do not, and one is cheap. */
static struct worth hills(const struct point *p)
{
	bool polls = p->handler == HANDLER_POLL, is_async = p->handler == HANDLER_ASYNC;

	return (struct worth){
		.rate = 1000 - 50 * away(p->uffds, 8) - 50 * away(p->readers, 32) + 30 * polls,
		.p99_us = 10 + away(p->uffds, 16) + away(p->readers, 16) + polls + is_async,
		.handlers_us = 1 + p->readers + 100 * polls,
	};
}

static void the_best_is_found_far_from_the_start(void **state)
{
	(void)state;
	search("vcpus = 64\n[one]\n", hills);
	assert_int_equal(times_measured(64, 0, "8 uffds, 32 readers, poll"), 1);
	assert_int_equal(times_measured(64, 0, "16 uffds, 16 readers, inline"), 1);
	/* The cheapest one within 10 % of the best rate. */
	assert_int_equal(times_measured(64, 0, "8 uffds, 16 readers, inline"), 1);
	/* And not by measuring all of it. */
	assert_true(plan.count < 7 * 7 * 3 * 2 / 3);
	assert_true(steps > 4);
}

static struct worth by_end(const struct point *p)
{
	unsigned int best = p->coherence_ns ? p->vcpus : 1;

	return (struct worth){ 1000 - 50 * away(p->uffds, best) - 50 * away(p->readers, best), 10,
			       5 };
}

static void vcpu_counts_and_ends_are_searched_each_for_itself(void **state)
{
	(void)state;
	search("vcpus = 16,48\ncoherence = 0,70\n[four]\nuffds = 4\nreaders = 4\n", by_end);
	for (unsigned int vcpus = 16; vcpus <= 48; vcpus += 32) {
		assert_int_equal(times_measured(vcpus, 70,
						"uffd per vCPU, reader per vCPU, inline"),
				 1);
		assert_int_equal(times_measured(vcpus, 0, "1 uffd, 1 reader, inline"), 1);
		assert_int_equal(times_measured(vcpus, 0, "uffd per vCPU, reader per vCPU, inline"),
				 0);
	}
}

/*
 * What handlers take is the least with half of both counts and async; next to the start, that takes
 * more than inline, which is too slow with other counts.
 */
static struct worth two_valleys(const struct point *p)
{
	bool is_async = p->handler == HANDLER_ASYNC;
	double from_start = away(p->uffds, 16) + away(p->readers, 16);

	return (struct worth){ is_async ? 950 : 1000 - 200 * from_start, 10 + is_async + from_start,
			       is_async ? 4 + fabs(from_start - 2) : 5 };
}

static void each_kind_of_handler_is_searched(void **state)
{
	(void)state;
	search("vcpus = 16\n[start]\nuffds = 16\nreaders = 16\n", two_valleys);
	assert_int_equal(times_measured(16, 0, "8 uffds, 8 readers, async"), 1);
}

static struct worth all_alike(const struct point *p)
{
	(void)p;
	return (struct worth){ 1000, 10, 5 };
}

static void a_tie_ends_the_search(void **state)
{
	(void)state;
	search("vcpus = 16\n[four]\nuffds = 4\nreaders = 4\n", all_alike);
	assert_true(plan.count < 5 * 5 * 3);
}

/* As hills, but what has as many uffds as readers cannot run. */
static struct worth ravine(const struct point *p)
{
	struct worth none = { 0 };

	return p->uffds == p->readers ? none : hills(p);
}

static void what_was_skipped_is_passed_over(void **state)
{
	(void)state;
	search("vcpus = 64\n[start]\nreaders = 8\n", ravine);
	assert_int_equal(times_measured(64, 0, "8 uffds, 32 readers, poll"), 1);
	assert_int_equal(times_measured(64, 0, "16 uffds, 16 readers, inline"), 1);
}

static struct worth never(const struct point *p)
{
	(void)p;
	return (struct worth){ 0 };
}

static void where_nothing_runs_nothing_is_searched(void **state)
{
	(void)state;
	search("vcpus = 16\n[one]\n", never);
	assert_int_equal(plan.count, 1);
}

/* Simulated CPUs follow from the readers that a neighbour has. */
static void neighbours_have_cpus_of_their_own(void **state)
{
	(void)state;
	search("vcpus = 64\n[one]\n", hills);
	for (size_t i = 0; i < plan.count; i++) {
		const struct point *p = &plan.points[i].point;

		assert_int_equal(p->cpus, p->vcpus + p->readers);
		assert_int_equal(plan.points[i].number, i + 1);
		assert_non_null(plan.points[i].id);
	}
}

/*
 * Takes up a run with its first records. Returns what run_steps_resume() does. The run is one of tier
 * emulated: simulated CPUs in parallel need a machine that has them.
 */
static int resume(size_t n)
{
	struct schedule schedule = { .setup = &nothing, .plan = &plan };
	struct records first = { records.v, n };

	plan_free(&plan);
	assert_int_equal(plan_make(&plan, &sweep, &(struct plan_options){ .seed = 1 }), 0);
	plan_set_tier(&plan, tier);
	return run_steps_resume(&schedule, run, &first);
}

/* Whichever was the last point, all that were planned then are planned again, and no more. */
static void a_resumed_search_repeats_its_steps(void **state)
{
	struct {
		char *ids[200];
		size_t n;
	} whole = { .n = 0 };
	size_t before = 0;

	(void)state;
	tier = TIER_EMULATED;
	search("vcpus = 64\n[one]\n", hills);
	for (; whole.n < plan.count; whole.n++) {
		assert_true(whole.n < 200);
		whole.ids[whole.n] = xstrdup(plan.points[whole.n].id);
	}
	for (size_t n = 0; n <= whole.n; n++) {
		assert_int_equal(resume(n), 0);
		assert_true(plan.count > n || (n == whole.n && plan.count == n));
		assert_true(plan.count >= before);
		before = plan.count;
		for (size_t i = 0; i < plan.count; i++) {
			assert_string_equal(plan.points[i].id, whole.ids[i]);
			assert_int_equal(plan.points[i].is_done, i < n);
		}
	}
	assert_int_equal(before, whole.n);
	for (size_t i = 0; i < whole.n; i++)
		free(whole.ids[i]);
}

static void what_no_step_asked_for_is_refused(void **state)
{
	(void)state;
	tier = TIER_EMULATED;
	search("vcpus = 64\n[one]\n", hills);
	/* The start has another outcome, from which the search would have gone elsewhere. */
	json_object_set_new(records.v[0].json, "rate_span", json_real(5000));
	json_object_set_new(json_object_get(json_object_get(records.v[0].json, "latency_ns"),
					    "total"),
			    "p99", json_real(1));
	assert_int_equal(resume(records.n), -1);
	assert_non_null(strstr(error_text(), "a record that is not in the plan"));
}

static void plain_plans_are_not_searched(void **state)
{
	struct schedule schedule = { .setup = &nothing, .plan = &plan };

	(void)state;
	tier = TIER_EMULATED;
	assert_int_equal(sweep_parse(&sweep, "s.ini", "[a]\nmode=uffd\n"), 0);
	assert_int_equal(plan_make(&plan, &sweep, &(struct plan_options){ .seed = 1 }), 0);
	plan_set_tier(&plan, tier);
	assert_string_equal(plan.points[0].series, "a");
	add_record(&plan.points[0], (struct worth){ 1000, 10, 5 });
	assert_int_equal(run_steps_resume(&schedule, run, &records), 0);
	assert_int_equal(plan.count, 1);
	assert_true(plan.points[0].is_done);
}

static void is_called(const char *const *pairs, const char *name)
{
	keyset keys = 0;
	struct point p;
	char *got;

	assert_int_equal(search_keys_parse("uffds, readers, handler", &keys), 0);
	assert_int_equal(point_parse(&p, (char *const *)pairs), 0);
	got = search_name(&p, keys);
	assert_string_equal(got, name);
	free(got);
}

static void set_ups_are_called_what_they_are(void **state)
{
	(void)state;
	is_called((const char *[]){ "mode=uffd", NULL }, "1 uffd, 1 reader, inline");
	is_called((const char *[]){ "mode=uffd", "vcpus=16", "uffds=8", "readers=per-vcpu",
				    "handler=poll", NULL },
		  "8 uffds, reader per vCPU, poll");
	is_called((const char *[]){ "mode=uffd", "vcpus=48", "uffds=1", "readers=16", NULL },
		  "1 uffd, 16 readers, inline");
}

/* The neighbours of a number of readers, as far as they differ in it. */
static void next_to(unsigned int vcpus, unsigned int readers, const char *counts)
{
	struct point p = { .vcpus = vcpus, .readers = readers, .uffds = 1 };
	struct points points = search_neighbours(&p, keyset_of("readers"));
	struct text text;
	char *got;

	text_open(&text);
	for (size_t i = 0; i < points.n; i++)
		fprintf(text.out, "%s%u", i ? " " : "", points.v[i].readers);
	got = text_close(&text);
	assert_string_equal(got, counts);
	free(got);
	free(points.v);
}

static void counts_are_doubled_and_halved(void **state)
{
	(void)state;
	next_to(1, 1, "");
	next_to(48, 1, "2");
	next_to(48, 8, "4 16");
	next_to(48, 32, "16 48");
	next_to(48, 48, "32");
	next_to(48, 24, "16 32");
	next_to(48, 96, "64");
	next_to(64, 64, "32");
	next_to(3, 2, "1 3");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_best_is_found_far_from_the_start),
		TEST(vcpu_counts_and_ends_are_searched_each_for_itself),
		TEST(each_kind_of_handler_is_searched),
		TEST(a_tie_ends_the_search),
		TEST(what_was_skipped_is_passed_over),
		TEST(where_nothing_runs_nothing_is_searched),
		TEST(neighbours_have_cpus_of_their_own),
		TEST(a_resumed_search_repeats_its_steps),
		TEST(what_no_step_asked_for_is_refused),
		TEST(plain_plans_are_not_searched),
		cmocka_unit_test(set_ups_are_called_what_they_are),
		cmocka_unit_test(counts_are_doubled_and_halved),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
