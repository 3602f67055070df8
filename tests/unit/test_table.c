// SPDX-License-Identifier: GPL-2.0-only
/* From the groups of a run to the summary table. */
#include "run_folder.h"

#include "../../harness/run/report/table.h"
#include "../../harness/run/base/json.h"
#include "../../harness/run/report/groups.h"

/* The table as text; the caller frees. */
static char *table(void)
{
	size_t size;
	char *text;
	FILE *out = open_memstream(&text, &size);
	struct run_data run;
	int ret = run_data_load(&run, folder.path, 0);

	if (ret)
		print_error("%s\n", error_text());
	assert_int_equal(ret, 0);
	table_print(out, &run);
	run_data_free(&run);
	fclose(out);
	return text;
}

static void assert_table_has(const char *part, bool expected)
{
	char *text = table();
	bool found = strstr(text, part);

	if (found != expected)
		fprintf(stderr, "%s in:\n%s\n", part, text); /* print_error() cuts it short */
	assert_int_equal(found, expected);
	free(text);
}

static void set_all(const char *key, json_t *value)
{
	json_t *record;
	size_t i;

	json_array_foreach (folder.records, i, record)
		json_object_set(record, key, value);
	json_decref(value);
}

static void table_says_what_it_is_worth(void **state)
{
	(void)state;
	run_folder_write(&folder, "");
	assert_table_has("sweep fixture, tier simulated, 2026-11-20T12:00:00Z", true);
	assert_table_has("6.12.117, series 0123456789ab\n", true);
	assert_table_has("x86_64, tier simulated, fetch 30us", true);
	assert_table_has("path length, not contention", true);
	assert_table_has("  faultline   v1.0-2-g0123456\n", true);
	assert_table_has("  repeat with ./run.sh run --sweep fixture\n", true);
	assert_table_has("INCOMPLETE", false);
}

static void another_configuration_is_told(void **state)
{
	json_t *target = json_object_get(json_object_get(folder.run, "targets"), "x86_64");

	(void)state;
	json_object_set_new(json_object_get(target, "kernel"), "settings",
			    json_string("CONFIG_X=n"));
	run_folder_write(&folder, "");
	assert_table_has("6.12.117, series 0123456789ab, with CONFIG_X=n\n", true);
}

static void table_compares_with_the_best_uffd(void **state)
{
	(void)state;
	run_folder_write(&folder, "");
	assert_table_has("    2      16.0      16.0      40.0       2.50       2.50          -\n",
			 true);
	assert_table_has(
		"    2  uffd, reader per vCPU (16 thousand pages/s); for p99 uffd, reader per vCPU",
		true);
}

static void table_says_what_series_stand_for(void **state)
{
	json_t *record;
	size_t i;

	(void)state;
	/* As in a sweep whose author names series as he likes. */
	json_array_foreach (folder.records, i, record) {
		if (!strcmp(json_member(record, "series"), "userfault"))
			json_object_set_new(record, "series", json_string("k"));
		if (!strcmp(json_member(record, "series"), "uffd, reader per vCPU"))
			json_object_set_new(record, "series", json_string("many"));
	}
	run_folder_write(&folder, "");
	assert_table_has("  k               mode=userfault\n", true);
	assert_table_has("  many            mode=uffd uffds=1 readers=per-vcpu handler=inline\n",
			 true);
	assert_table_has("  kernel          mode=kernel\n", true);
}

static void table_marks_a_fetch_that_was_off(void **state)
{
	(void)state;
	run_folder_write(&folder, "");
	assert_table_has("16000*", true);
	assert_table_has("12000*", false);
	assert_table_has("* the median fetch", true);
	set_all("fetch_off", json_false());
	run_folder_write(&folder, "");
	assert_table_has("* the median fetch", false);
}

static void table_marks_starts_that_were_apart(void **state)
{
	(void)state;
	run_folder_write(&folder, "");
	assert_table_has("! the vCPUs started", false);
	set_all("start_skewed", json_true());
	run_folder_write(&folder, "");
	assert_table_has("16000*!           24000", true);
	assert_table_has("12000! ", true);
	assert_table_has("! the vCPUs started over 5 % of the span apart", true);
}

/* By what run.json says of the machine, and only where points ran on that. */
static void table_says_what_spoils_native_times(void **state)
{
	json_t *machine = json_object_get(json_object_get(folder.run, "wall"), "machine");

	(void)state;
	json_object_set_new(machine, "governor", json_string("powersave"));
	run_folder_write(&folder, "");
	assert_table_has("powersave", false);
	json_object_set_new(folder.run, "tier", json_string("nested"));
	set_all("tier", json_string("nested"));
	run_folder_write(&folder, "");
	assert_table_has("\nwhat spoils times on the machine that this was measured on:\n"
			 "  frequency governor: powersave: ",
			 true);
	json_object_set_new(machine, "governor", json_string("performance"));
	run_folder_write(&folder, "");
	assert_table_has("what spoils times", false);
}

static void set_lost(bool is_much)
{
	json_t *record;
	size_t i;

	json_array_foreach (folder.records, i, record)
		json_object_set_new(json_object_get(record, "wall"), "cpu_lost",
				    json_pack("{s:i, s:i, s:i, s:b}", "throttles", 2,
					      "throttled_ns", 5, "stolen_ns", 0, "is_much",
					      is_much));
}

static void table_marks_times_without_a_cpu(void **state)
{
	(void)state;
	set_lost(false);
	run_folder_write(&folder, "");
	assert_table_has("~", false);
	set_lost(true);
	run_folder_write(&folder, "");
	assert_table_has("16000*~", true);
	assert_table_has("12000~ ", true);
	assert_table_has(
		"~ stopped meanwhile: by a CPU quota, a hypervisor, a signal, for want of a CPU, or "
		"others ran on its CPUs\n",
		true);
	set_all("start_skewed", json_true());
	run_folder_write(&folder, "");
	assert_table_has("16000*!~", true);
	assert_table_has("12000!~", true);
}

static void table_marks_a_process_that_was_stopped(void **state)
{
	(void)state;
	set_all("held_up", json_false());
	run_folder_write(&folder, "");
	assert_table_has("~", false);
	set_all("held_up", json_true());
	run_folder_write(&folder, "");
	assert_table_has("12000~ ", true);
}

static void table_marks_an_emulated_guest(void **state)
{
	(void)state;
	set_all("guest_emulated", json_false());
	run_folder_write(&folder, "");
	assert_table_has("#", false);
	set_all("guest_emulated", json_true());
	run_folder_write(&folder, "");
	assert_table_has("12000# ", true);
	assert_table_has("# KVM emulates the guest's instructions", true);
}

static void table_marks_stragglers(void **state)
{
	(void)state;
	set_all("straggler", json_null());
	run_folder_write(&folder, "");
	assert_table_has("^", false);
	set_all("straggler", json_pack("{s:i, s:s, s:f, s:f}", "vcpu", 0, "interval", "delivery",
				       "mean_ns", 45000.0, "median_ns", 2000.0));
	run_folder_write(&folder, "");
	assert_table_has("16000*^", true);
	assert_table_has("^ one vCPU, or a few, had faults over twice", true);
}

static json_t *draw(double rate, double p50_ns)
{
	return json_pack("{s:f, s:{s:{s:f}}}", "rate_span", rate, "latency_ns", "total", "p50",
			 p50_ns);
}

/* Figures of draws stand for the record's; digits that differ from draw to draw are not shown. */
static void table_shows_the_middle_of_draws(void **state)
{
	(void)state;
	set_all("each_draw", json_pack("[o, o, o]", draw(141234, 20123), draw(139876, 20456),
				       draw(143210, 19999)));
	run_folder_write(&folder, "");
	assert_table_has("1  kernel                   141000     1.2", true);
	assert_table_has("  20.10", true);
	assert_table_has("139876", false);
	assert_table_has(
		"medians of up to 6 repeats and draws, whose pages/s lie at most 2.4 % apart",
		true);
}

static void table_has_room_for_large_sums(void **state)
{
	(void)state;
	set_all("rate_sum", json_real(137983104));
	run_folder_write(&folder, "");
	assert_table_has("     span     +-%       sum    p50", true);
	assert_table_has("    12000     8.3 138000000 ", true);
}

static void table_shows_cpu_time_of_all_and_of_handlers(void **state)
{
	(void)state;
	set_all("cpu_ns_per_page", json_real(12340.0));
	run_folder_write(&folder, "");
	assert_table_has("  CPU time, us\n", true);
	assert_table_has(" CPU/page handlers\n", true);
	assert_table_has("    12.34        -\n", true);
	set_all("handler_cpu_ns_per_page", json_real(5670.0));
	run_folder_write(&folder, "");
	assert_table_has("    12.34     5.67\n", true);
}

static void table_lists_what_was_not_measured(void **state)
{
	(void)state;
	run_folder_write(&folder, "");
	assert_table_has("  skipped: uffd+exit, vCPUs 1,2\n      no KVM_MEM_EXIT_ON_MISSING", true);
	assert_table_has("failed:", false);
	/* Without the record of its second attempt, the failed point is one. */
	json_array_remove(folder.records, 9);
	run_folder_write(&folder, "");
	assert_table_has("  failed: uffd, 1 reader, vCPUs 2\n      no record within 60 s", true);
}

static void incomplete_run_is_marked(void **state)
{
	(void)state;
	json_object_set_new(folder.run, "complete", json_false());
	json_array_remove(folder.records, 0);
	run_folder_write(&folder, "");
	assert_table_has("*** INCOMPLETE: 10 of 11 points ***", true);
}

static void emulated_tier_shows_no_time(void **state)
{
	json_t *record;
	size_t i;

	(void)state;
	json_object_set_new(folder.run, "tier", json_string("emulated"));
	set_all("tier", json_string("emulated"));
	json_array_foreach (folder.records, i, record) {
		json_object_del(record, "latency_ns");
		json_object_del(record, "rate_span");
	}
	run_folder_write(&folder, "");
	assert_table_has("pages/s", false);
	assert_table_has("verified", true);
}

static void cut_last_line_is_left_out(void **state)
{
	(void)state;
	run_folder_write(&folder, "{\"schema\":1,\"mode\":\"uf");
	assert_table_has("userfault", true);
}

/* Each record once more, measured on the other architecture at half the rate. */
static void add_arm64(void)
{
	size_t count = json_array_size(folder.records);

	for (size_t i = 0; i < count; i++) {
		json_t *record = json_deep_copy(json_array_get(folder.records, i));
		const char *id = json_string_value(json_object_get(record, "id"));
		double rate = json_number_value(json_object_get(record, "rate_span"));

		json_object_set_new(record, "arch", json_string("arm64"));
		json_object_set_new(record, "id", json_sprintf("%s arm64", id));
		if (rate > 0)
			json_object_set_new(record, "rate_span", json_real(rate / 2));
		json_array_append_new(folder.records, record);
	}
}

static void architectures_stand_side_by_side(void **state)
{
	(void)state;
	run_folder_write(&folder, "");
	assert_table_has("beside", false);
	add_arm64();
	run_folder_write(&folder, "");
	assert_table_has("\narm64, tier simulated, fetch 30us\n", true);
	assert_table_has("\nx86_64, tier simulated, fetch 30us\n", true);
	assert_table_has("\narm64 beside x86_64, tier simulated, fetch 30us\n", true);
	assert_table_has("\npages/s (span), ratio arm64 / x86_64, at these numbers of vCPUs\n",
			 true);
	assert_table_has("\nuserfault              0.50  0.50\n", true);
	/* Also where a heading is wider than what is below it. */
	assert_table_has("pages/s total latency, ", true);
}

static void known_answers_are_shown(void **state)
{
	(void)state;
	run_folder_add_answers(&folder);
	run_folder_write(&folder, "");
	assert_table_has("  checked by  1 of 2 known answers of the simulated CPUs within", true);
	assert_table_has(
		"  x86_64      16       500        70         4   compute 2000000.0 2000000.0"
		" 2020000.0 2000017.0       yes\n",
		true);
	assert_table_has(
		"  x86_64      16       500        70         4      lock    1280.0    1155.0"
		"    1810.0    1999.5        NO\n",
		true);
}

static void without_simulated_cpus_there_are_no_answers(void **state)
{
	(void)state;
	json_object_set_new(folder.run, "known_answers", json_array());
	run_folder_write(&folder, "");
	assert_table_has("known answers", false);
}

static void assert_refused(const char *message)
{
	struct run_data run;

	assert_int_equal(run_data_load(&run, folder.path, 0), -1);
	if (!strstr(error_text(), message))
		print_error("no '%s' in '%s'\n", message, error_text());
	assert_non_null(strstr(error_text(), message));
}

static void bad_line_is_named(void **state)
{
	(void)state;
	run_folder_write(&folder, "nonsense\n");
	assert_refused("points.jsonl:13: not a record");
	run_folder_write(&folder, "{\"mode\":\"uffd\"}\n");
	assert_refused("points.jsonl:13: not a record");
}

static void bad_run_json_is_refused(void **state)
{
	(void)state;
	json_object_set_new(folder.run, "schema", json_integer(1));
	run_folder_write(&folder, "");
	assert_refused("\"schema\" is not 2");
	json_object_set_new(folder.run, "schema", json_integer(2));
	json_object_del(folder.run, "complete");
	run_folder_write(&folder, "");
	assert_refused("\"complete\" is missing");
}

static void other_folder_is_refused(void **state)
{
	(void)state;
	assert_refused("is not the folder of a run");
}

static void run_without_points_has_a_table(void **state)
{
	(void)state;
	json_array_clear(folder.records);
	json_object_set_new(folder.run, "complete", json_false());
	run_folder_write(&folder, "");
	assert_table_has("INCOMPLETE: 0 of 11 points", true);
}

static json_t *placement(int same_cache, int other_package, int sharing_core)
{
	return json_pack("{s:{s:i, s:i, s:i, s:i, s:i}, s:i, s:i}", "pairs", "same_cpu", 0,
			 "same_core", 0, "same_cache", same_cache, "same_package", 0,
			 "other_package", other_package, "sharing_cpu", 0, "sharing_core",
			 sharing_core);
}

static void set_all_placements(json_t *value)
{
	json_t *record;
	size_t i;

	json_array_foreach (folder.records, i, record)
		json_object_set(json_object_get(record, "wall"), "placement", value);
	json_decref(value);
}

static void table_tells_where_threads_were(void **state)
{
	json_t *first;

	(void)state;
	set_all_placements(placement(2, 0, 0));
	run_folder_write(&folder, "");
	assert_table_has("placement", false); /* of simulated CPUs there is none */
	json_object_set_new(folder.run, "tier", json_string("hardware"));
	set_all("tier", json_string("hardware"));
	run_folder_write(&folder, "");
	assert_table_has("\nplacement: every thread alone on a core", true);
	first = json_array_get(folder.records, 0);
	json_object_set_new(json_object_get(first, "wall"), "placement", placement(3, 5, 7));
	run_folder_write(&folder, "");
	assert_table_has("every thread alone", true);
	assert_table_has("userfault                         0             0           "
			 "  3             0             5             0             7\n",
			 true);
	assert_table_has("\nplacement: every thread", false);
	set_all_placements(json_null());
	run_folder_write(&folder, "");
	assert_table_has("points threads wandered between CPUs\n", true);
	assert_table_has("NUMA", false);
	set_all("memory_nodes", json_array());
	run_folder_write(&folder, "");
	assert_table_has("not bound to the NUMA nodes", true);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(table_says_what_it_is_worth),
		TEST(another_configuration_is_told),
		TEST(table_compares_with_the_best_uffd),
		TEST(table_says_what_series_stand_for),
		TEST(table_marks_a_fetch_that_was_off),
		TEST(table_marks_starts_that_were_apart),
		TEST(table_says_what_spoils_native_times),
		TEST(table_marks_times_without_a_cpu),
		TEST(table_marks_a_process_that_was_stopped),
		TEST(table_marks_an_emulated_guest),
		TEST(table_marks_stragglers),
		TEST(table_shows_the_middle_of_draws),
		TEST(table_has_room_for_large_sums),
		TEST(table_shows_cpu_time_of_all_and_of_handlers),
		TEST(table_lists_what_was_not_measured),
		TEST(incomplete_run_is_marked),
		TEST(emulated_tier_shows_no_time),
		TEST(cut_last_line_is_left_out),
		TEST(architectures_stand_side_by_side),
		TEST(known_answers_are_shown),
		TEST(without_simulated_cpus_there_are_no_answers),
		TEST(bad_line_is_named),
		TEST(bad_run_json_is_refused),
		TEST(other_folder_is_refused),
		TEST(table_tells_where_threads_were),
		TEST(run_without_points_has_a_table),
	};

	return cmocka_run_group_tests_name("table", tests, NULL, NULL);
}
