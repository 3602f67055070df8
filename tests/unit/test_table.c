// SPDX-License-Identifier: GPL-2.0-only
/* From the records of a run to groups, figures and the summary table. */
#include "run_folder.h"

#include "../../harness/run/report/table.h"
#include "../../harness/run/report/describe.h"
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
		print_error("%s in:\n%s\n", part, text);
	assert_int_equal(found, expected);
	free(text);
}

static const struct series *find_series(const struct panel *panel, const char *label)
{
	for (size_t s = 0; s < panel->series_count; s++)
		if (!strcmp(panel->series[s].label, label))
			return &panel->series[s];
	return NULL;
}

static void set_all(const char *key, json_t *value)
{
	json_t *record;
	size_t i;

	json_array_foreach (folder.records, i, record)
		json_object_set(record, key, value);
	json_decref(value);
}

static void spread_of_odd_and_even_counts(void **state)
{
	double odd[] = { 3, 1, 2 }, even[] = { 4, 1, 2, 8 };
	struct spread spread = spread_of(odd, 3);

	(void)state;
	assert_true(spread.median == 2 && spread.min == 1 && spread.max == 3);
	spread = spread_of(even, 4);
	assert_true(spread.median == 3 && spread.min == 1 && spread.max == 8);
}

static void repeats_give_the_median(void **state)
{
	struct run_data run;
	const struct spread *rate;
	const struct cell *cell;

	(void)state;
	run_folder_write(&folder, "");
	assert_int_equal(run_data_load(&run, folder.path, 0), 0);
	assert_int_equal(run.panel_count, 1);
	cell = series_cell(find_series(&run.panels[0], "uffd, 1 reader"), 2);
	rate = cell_figure(cell, FIGURE_COMPARED);
	/* Three records: a failed one, whose point was then measured, and two repeats. */
	assert_int_equal(cell->record_count, 2);
	assert_true(rate->median == 12000 && rate->min == 11000 && rate->max == 13000);
	assert_true(cell_figure(cell, figure_named("p50"))->median == 160);
	assert_true(cell_figure(cell, figure_named("p99"))->median == 320);
	assert_true(cell_figure(cell, figure_named("fetch"))->median == 100);
	run_data_free(&run);
}

static void series_keep_the_order_of_the_sweep(void **state)
{
	static const char *const order[] = { "kernel", "uffd, 1 reader", "uffd, reader per vCPU",
					     "uffd+exit", "userfault" };
	struct run_data run;

	(void)state;
	run_folder_write(&folder, "");
	assert_int_equal(run_data_load(&run, folder.path, 0), 0);
	assert_int_equal(run.panels[0].series_count, 5);
	for (size_t s = 0; s < 5; s++)
		assert_string_equal(run.panels[0].series[s].label, order[s]);
	assert_true(find_series(&run.panels[0], "uffd, 1 reader")->one_reader);
	assert_false(find_series(&run.panels[0], "uffd, reader per vCPU")->one_reader);
	assert_int_equal(find_series(&run.panels[0], "uffd, reader per vCPU")->variant, 1);
	assert_int_equal(run.panels[0].shown_vcpus, 2);
	run_data_free(&run);
}

static void conditions_are_not_mixed(void **state)
{
	json_t *other = json_deep_copy(json_array_get(folder.records, 0));
	struct run_data run;

	(void)state;
	json_object_set_new(other, "fetch", json_string("0"));
	json_object_set_new(other, "id", json_string("another"));
	json_array_append_new(folder.records, other);
	run_folder_write(&folder, "");
	assert_int_equal(run_data_load(&run, folder.path, 0), 0);
	assert_int_equal(run.panel_count, 2);
	assert_string_equal(run.panels[0].key, "fetch=0");
	assert_string_equal(run.panels[1].key, "fetch=30us");
	assert_int_equal(run.panels[0].record_count, 1);
	run_data_free(&run);
}

static void tiers_are_never_mixed(void **state)
{
	struct run_data run;

	(void)state;
	/* Not even where no two points could be taken for repeats. */
	json_object_set_new(json_array_get(folder.records, 6), "tier", json_string("nested"));
	run_folder_write(&folder, "");
	assert_int_equal(run_data_load(&run, folder.path, 0), 0);
	assert_int_equal(run.panel_count, 2);
	run_data_free(&run);
}

static void pages_may_vary_with_vcpus(void **state)
{
	struct run_data run;
	json_t *record;
	char text[256];
	size_t i;

	(void)state;
	json_array_foreach (folder.records, i, record) {
		bool one = json_integer_value(json_object_get(record, "vcpus")) == 1;

		json_object_set_new(record, "pages", json_integer(one ? 4 : 2));
	}
	run_folder_write(&folder, "");
	assert_int_equal(run_data_load(&run, folder.path, 0), 0);
	assert_int_equal(run.panel_count, 1);
	assert_non_null(strstr(panel_conditions(&run.panels[0], text, sizeof(text)), "pages=2..4"));
	run_data_free(&run);
	/* Two sizes at one vCPU count are no repeats. */
	json_object_set_new(json_array_get(folder.records, 9), "pages", json_integer(8));
	run_folder_write(&folder, "");
	assert_int_equal(run_data_load(&run, folder.path, 0), 0);
	assert_true(run.panel_count > 1);
	run_data_free(&run);
}

static void mechanisms_become_series(void **state)
{
	json_t *other = json_deep_copy(json_array_get(folder.records, 0));
	struct run_data run;

	(void)state;
	json_object_set_new(other, "readers", json_integer(2));
	json_object_set_new(other, "id", json_string("another"));
	json_array_append_new(folder.records, other);
	run_folder_write(&folder, "");
	assert_int_equal(run_data_load(&run, folder.path, 0), 0);
	assert_int_equal(run.panel_count, 1);
	assert_non_null(find_series(&run.panels[0], "userfault: readers=2"));
	assert_non_null(find_series(&run.panels[0], "userfault: readers=1"));
	run_data_free(&run);
}

/* Adds a record of userfault with other numbers of vCPUs, handler threads and CPUs. */
static void add_userfault(int vcpus, int readers, int cpus)
{
	json_t *record = NULL, *other;
	size_t i;

	json_array_foreach (folder.records, i, record)
		if (!strcmp(json_string_value(json_object_get(record, "mode")), "userfault"))
			break;
	other = json_deep_copy(record);
	json_object_set_new(other, "vcpus", json_integer(vcpus));
	json_object_set_new(other, "readers", json_integer(readers));
	json_object_set_new(other, "cpus", json_integer(cpus));
	json_array_append_new(folder.records, other);
}

static void cpus_that_follow_readers_are_one_table(void **state)
{
	static const int readers[] = { 2, 4, 16 };
	struct run_data run;
	char text[256];

	(void)state;
	json_array_clear(json_object_get(json_object_get(folder.run, "plan"), "series"));
	for (size_t r = 0; r < 3; r++)
		for (int vcpus = 8; vcpus <= 32; vcpus *= 4)
			add_userfault(vcpus, readers[r], vcpus + readers[r]);
	run_folder_write(&folder, "");
	assert_int_equal(run_data_load(&run, folder.path, 0), 0);
	assert_int_equal(run.panel_count, 1);
	panel_values(&run.panels[0], point_key("cpus"), text, sizeof(text));
	assert_string_equal(text, "1..48");
	/* By number, not by letter. */
	assert_string_equal(run.panels[0].series[run.panels[0].series_count - 1].label,
			    "userfault: readers=16");
	assert_string_equal(run.panels[0].series[run.panels[0].series_count - 2].label,
			    "userfault: readers=4");
	run_data_free(&run);
	/* The same vCPUs and readers on other CPUs are other conditions. */
	add_userfault(8, 2, 4);
	run_folder_write(&folder, "");
	assert_int_equal(run_data_load(&run, folder.path, 0), 0);
	assert_true(run.panel_count > 1);
	run_data_free(&run);
}

static void counts_that_follow_vcpus_are_one_series(void **state)
{
	struct run_data run;
	const struct series *series;

	(void)state;
	for (int vcpus = 8; vcpus <= 32; vcpus *= 2) {
		add_userfault(vcpus, 1, 1);
		add_userfault(vcpus, vcpus, 1);
	}
	run_folder_write(&folder, "");
	assert_int_equal(run_data_load(&run, folder.path, 0), 0);
	assert_int_equal(run.panel_count, 1);
	series = find_series(&run.panels[0], "userfault: readers=per-vcpu");
	assert_non_null(series);
	assert_int_equal(series->cell_count, 3);
	assert_non_null(find_series(&run.panels[0], "userfault: readers=1"));
	run_data_free(&run);
}

static void panels_stand_in_the_order_of_values(void **state)
{
	static const char *const fetches[] = { "100us", "9us" };
	struct run_data run;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		json_t *other = json_deep_copy(json_array_get(folder.records, 0));

		json_object_set_new(other, "fetch", json_string(fetches[i]));
		json_array_append_new(folder.records, other);
	}
	run_folder_write(&folder, "");
	assert_int_equal(run_data_load(&run, folder.path, 0), 0);
	assert_int_equal(run.panel_count, 3);
	assert_string_equal(run.panels[0].key, "fetch=9us");
	assert_string_equal(run.panels[1].key, "fetch=30us");
	assert_string_equal(run.panels[2].key, "fetch=100us");
	run_data_free(&run);
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

static void table_compares_with_the_best_uffd(void **state)
{
	(void)state;
	run_folder_write(&folder, "");
	assert_table_has("    2       16000  uffd, reader per vCPU      40000         2.50"
			 "        3.33\n",
			 true);
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
	assert_table_has("16000*!     24000", true);
	assert_table_has("12000 !", true);
	assert_table_has("! the vCPUs started over 5 % of the span apart", true);
}

static void table_has_room_for_large_sums(void **state)
{
	(void)state;
	set_all("rate_sum", json_real(137983104));
	run_folder_write(&folder, "");
	assert_table_has("     span         sum    p50", true);
	assert_table_has("    12000   137983104 ", true);
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

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(spread_of_odd_and_even_counts),
		TEST(repeats_give_the_median),
		TEST(series_keep_the_order_of_the_sweep),
		TEST(conditions_are_not_mixed),
		TEST(tiers_are_never_mixed),
		TEST(pages_may_vary_with_vcpus),
		TEST(mechanisms_become_series),
		TEST(cpus_that_follow_readers_are_one_table),
		TEST(counts_that_follow_vcpus_are_one_series),
		TEST(panels_stand_in_the_order_of_values),
		TEST(table_says_what_it_is_worth),
		TEST(table_compares_with_the_best_uffd),
		TEST(table_marks_a_fetch_that_was_off),
		TEST(table_marks_starts_that_were_apart),
		TEST(table_has_room_for_large_sums),
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
		TEST(run_without_points_has_a_table),
	};

	return cmocka_run_group_tests_name("table", tests, NULL, NULL);
}
