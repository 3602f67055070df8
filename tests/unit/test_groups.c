// SPDX-License-Identifier: GPL-2.0-only
/* From the records of a run to panels, series, cells and figures. */
#include "run_folder.h"

#include "../../harness/run/report/describe.h"
#include "../../harness/run/report/groups.h"

static void load(struct run_data *run)
{
	int failed;

	run_folder_write(&folder, "");
	failed = run_data_load(run, folder.path, 0);
	if (failed)
		print_error("%s\n", error_text());
	assert_int_equal(failed, 0);
}

static const struct series *find_series(const struct panel *panel, const char *label)
{
	for (size_t s = 0; s < panel->series_count; s++)
		if (!strcmp(panel->series[s].label, label))
			return &panel->series[s];
	return NULL;
}

static void repeats_give_the_median(void **state)
{
	struct run_data run;
	const struct spread *rate;
	const struct cell *cell;

	(void)state;
	load(&run);
	assert_int_equal(run.panel_count, 1);
	cell = series_cell(find_series(&run.panels[0], "uffd, 1 reader"), 2);
	rate = cell_figure(cell, FIGURE_COMPARED);
	/* Three records: a failed one, whose point was then measured, and two repeats. */
	assert_int_equal(cell->record_count, 2);
	assert_true(rate->median == 12000 && rate->low == 11000 && rate->high == 13000);
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
	load(&run);
	assert_int_equal(run.panels[0].series_count, 5);
	for (size_t s = 0; s < 5; s++)
		assert_string_equal(run.panels[0].series[s].label, order[s]);
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
	load(&run);
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
	load(&run);
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
	load(&run);
	assert_int_equal(run.panel_count, 1);
	assert_non_null(strstr(panel_conditions(&run.panels[0], text, sizeof(text)), "pages=2..4"));
	run_data_free(&run);
	/* Two sizes at one vCPU count are no repeats. */
	json_object_set_new(json_array_get(folder.records, 9), "pages", json_integer(8));
	load(&run);
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
	load(&run);
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
	load(&run);
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
	load(&run);
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
	load(&run);
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
	load(&run);
	assert_int_equal(run.panel_count, 3);
	assert_string_equal(run.panels[0].key, "fetch=9us");
	assert_string_equal(run.panels[1].key, "fetch=30us");
	assert_string_equal(run.panels[2].key, "fetch=100us");
	run_data_free(&run);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(repeats_give_the_median),
		TEST(series_keep_the_order_of_the_sweep),
		TEST(conditions_are_not_mixed),
		TEST(tiers_are_never_mixed),
		TEST(pages_may_vary_with_vcpus),
		TEST(mechanisms_become_series),
		TEST(cpus_that_follow_readers_are_one_table),
		TEST(counts_that_follow_vcpus_are_one_series),
		TEST(panels_stand_in_the_order_of_values),
	};

	return cmocka_run_group_tests_name("groups", tests, NULL, NULL);
}
