// SPDX-License-Identifier: GPL-2.0-only
/* What is made of native records: each is a block, with rounds. */
#include "run_folder.h"

#include "../../harness/run/report/contest.h"
#include "../../harness/run/report/findings.h"
#include "../../harness/run/report/plot_data.h"
#include "../../harness/run/report/table.h"
#include "../../harness/run/report/table_record.h"

static json_t *round_of(double rate)
{
	return json_pack("{s:f}", "rate_span", rate);
}

/* A record of that block, whose rounds have this rate, a little less and much more. */
static json_t *add(const char *mode, unsigned int block, double rate)
{
	static json_t *model;
	json_t *record;

	if (!model)
		model = json_deep_copy(json_array_get(folder.records, 0));
	record = json_deep_copy(model);
	json_object_update_new(record,
			       json_pack("{s:s, s:s, s:s, s:i, s:i, s:i, s:f}", "mode", mode,
					 "series", mode, "tier", "nested", "seconds", 1, "vcpus", 4,
					 "repeat", block, "rate_span", rate));
	json_object_set_new(record, "id", json_sprintf("%s %u", mode, block));
	json_object_set_new(record, "each_round",
			    json_pack("[o, o, o]", round_of(rate), round_of(rate * 0.99),
				      round_of(rate * 3)));
	json_object_set_new(record, "rounds",
			    json_pack("{s:i, s:I, s:i, s:b, s:f}", "counted", 3, "span_ns",
				      (json_int_t)1200000000, "pages_per_vcpu", 20000, "is_enough",
				      1, "warm_up_rate_span", rate / 2));
	json_array_append(folder.records, record);
	return record;
}

static int fill(void **state)
{
	set_up(state);
	json_decref(add("uffd", 1, 1000)); /* keeps what the model is */
	json_array_clear(folder.records);
	json_object_set_new(folder.run, "tier", json_string("nested"));
	return 0;
}

/* The machine gets twice as fast meanwhile; what differs beside that is 1 % at most. */
static double drift(unsigned int block)
{
	return 1 + block * 0.1 + (block % 3) * 0.01;
}

static void add_blocks(const char *mode, unsigned int first, unsigned int last, double rate)
{
	for (unsigned int block = first; block <= last; block++)
		json_decref(add(mode, block, rate * drift(block)));
}

static void load(struct run_data *run)
{
	run_folder_write(&folder, "");
	if (run_data_load(run, folder.path, 0))
		fail_msg("%s", error_text());
}

static void assert_table(const char *part, bool is_there)
{
	struct run_data run;
	struct text text;
	char *table;

	load(&run);
	table_print(text_open(&text), &run);
	table = text_close(&text);
	if (!strstr(table, part) == is_there)
		fprintf(stderr, "'%s' is%s in:\n%s\n", part, is_there ? " not" : "", table);
	assert_true(!strstr(table, part) == !is_there);
	free(table);
	run_data_free(&run);
}

static void a_block_is_one_value(void **state)
{
	const struct spread *rate;
	struct run_data run;

	(void)state;
	for (unsigned int block = 1; block <= 5; block++)
		json_decref(add("uffd", block, 1000 * block));
	load(&run);
	rate = cell_figure(series_timed_cell(&run.panels[0].series[0], 4), FIGURE_COMPARED);
	assert_int_equal(rate->count, 5);
	assert_true(rate->median == 3000 && rate->is_of_blocks);
	/* An interval of the median, not the rounds that lie furthest apart. */
	assert_true(rate->low >= 1000 && rate->high <= 5000);
	run_data_free(&run);
}

static void how_many_blocks_there_are_is_told(void **state)
{
	(void)state;
	add_blocks("uffd", 1, 1, 1000);
	assert_table("one block: there is no interval", true);
	add_blocks("uffd", 2, 9, 1000);
	assert_table("medians of up to 9 blocks; the 95 % interval of pages/s is +-", true);
	assert_table("as few as 9 blocks: an interval of fewer than 10 is not to be relied upon",
		     true);
	add_blocks("uffd", 10, 10, 1000);
	assert_table("medians of up to 10 blocks", true);
	assert_table("is not to be relied upon", false);
	add_blocks("userfault", 1, 1, 1000);
	assert_table("as few as 1 block: an interval", true);
}

static void records_of_too_little_are_told(void **state)
{
	json_t *record;

	(void)state;
	add_blocks("uffd", 1, 10, 1000);
	assert_table("behind them", false);
	record = json_array_get(folder.records, 3);
	json_object_set_new(json_object_get(record, "rounds"), "is_enough", json_false());
	assert_table("1 records have less behind them than their seconds and 16384 pages", true);
}

static void a_drift_of_the_machine_cancels(void **state)
{
	struct spread ratio, a, b;
	struct run_data run;

	(void)state;
	add_blocks("uffd", 1, 10, 1000);
	add_blocks("userfault", 1, 10, 1050);
	load(&run);
	a = contest_rate(&run.panels[0], CONTENDER_USERFAULT, 4);
	b = contest_rate(&run.panels[0], CONTENDER_UFFD, 4);
	assert_true(a.low < b.high); /* the two by themselves tell nothing */
	ratio = contest_ratio(&run.panels[0], CONTENDER_USERFAULT, CONTENDER_UFFD, 4);
	assert_int_equal(ratio.count, 10);
	assert_true(ratio.low > 1.049 && ratio.high < 1.051);
	assert_int_equal(contest_order(&ratio), 1);
	ratio = contest_ratio(&run.panels[0], CONTENDER_UFFD, CONTENDER_USERFAULT, 4);
	assert_int_equal(contest_order(&ratio), -1);
	run_data_free(&run);
}

static void blocks_without_the_other_do_not_count(void **state)
{
	struct spread ratio;
	struct run_data run;

	(void)state;
	add_blocks("uffd", 1, 10, 1000);
	add_blocks("userfault", 4, 12, 1050);
	load(&run);
	ratio = contest_ratio(&run.panels[0], CONTENDER_USERFAULT, CONTENDER_UFFD, 4);
	assert_int_equal(ratio.count, 7);
	assert_true(ratio.low > 1.049 && ratio.high < 1.051);
	run_data_free(&run);
	json_array_clear(folder.records);
	add_blocks("uffd", 1, 3, 1000);
	add_blocks("userfault", 4, 6, 1050);
	load(&run);
	assert_false(contest_ratio(&run.panels[0], CONTENDER_USERFAULT, CONTENDER_UFFD, 4).known);
	run_data_free(&run);
}

/* Those of five blocks lie around 1.47, of the others around 1.35. */
static void findings_tell_median_and_interval(void **state)
{
	struct run_data run;
	struct text text;
	char *found;

	(void)state;
	add_blocks("uffd", 1, 10, 1000);
	for (unsigned int block = 1; block <= 10; block++)
		json_decref(add("userfault", block,
				(1500 - 10.0 * block) * drift(block) * (block > 5 ? 0.95 : 1)));
	load(&run);
	findings_print(text_open(&text), &run, 2000);
	found = text_close(&text);
	if (!strstr(found, "KVM Userfault has 1.41 (1.35-1.47) times the pages/s of"))
		fprintf(stderr, "%s", found);
	assert_non_null(strstr(found, "KVM Userfault has 1.41 (1.35-1.47) times the pages/s of"));
	assert_non_null(strstr(found, "ratios block by block, 95 % intervals of the median\n"));
	free(found);
	run_data_free(&run);
}

static void plots_say_what_their_bars_are(void **state)
{
	struct text settings, data;
	struct run_data run;
	char *text;

	(void)state;
	add_blocks("uffd", 1, 10, 1000);
	load(&run);
	plot_data_print(text_open(&settings), text_open(&data), &run, &run.panels[0]);
	free(text_close(&data));
	text = text_close(&settings);
	assert_non_null(
		strstr(text, "caption_repeats = 'medians of blocks, bars are 95 % intervals'"));
	free(text);
	run_data_free(&run);
}

static void assert_record(const json_t *record, const char *part, bool is_there)
{
	struct text text;
	char *shown;

	table_record(text_open(&text), record, "why");
	shown = text_close(&text);
	if (!strstr(shown, part) == is_there)
		fprintf(stderr, "'%s' is%s in:\n%s\n", part, is_there ? " not" : "", shown);
	assert_true(!strstr(shown, part) == !is_there);
	free(shown);
}

static void one_record_shows_its_rounds(void **state)
{
	json_t *record = add("uffd", 1, 1000);
	json_t *total = json_object_get(json_object_get(record, "latency_ns"), "total");
	json_t *rounds = json_object_get(record, "rounds");

	(void)state;
	assert_record(record, "first start to the last end; median of 3 rounds", true);
	assert_record(record, " 500  pages/s of the round before those, which does not count",
		      true);
	assert_record(record, "took too long", false);
	json_object_set_new(rounds, "is_enough", json_false());
	json_object_set_new(rounds, "warm_up_rate_span", json_null());
	assert_record(record, "does not count", false);
	assert_record(record, "less than was asked for, 1.200 s and 20000 pages a vCPU", true);
	/* The one before the maximum, of which fewer faults have none. */
	json_object_set_new(total, "max", json_integer(777));
	json_object_set_new(total, "p999", json_integer(776));
	assert_record(record, "         776         777", true);
	json_object_set_new(total, "p999", json_null());
	assert_record(record, "           -         777", true);
	json_decref(record);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fill, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_block_is_one_value),
		TEST(how_many_blocks_there_are_is_told),
		TEST(records_of_too_little_are_told),
		TEST(a_drift_of_the_machine_cancels),
		TEST(blocks_without_the_other_do_not_count),
		TEST(findings_tell_median_and_interval),
		TEST(plots_say_what_their_bars_are),
		TEST(one_record_shows_its_rounds),
	};

	return cmocka_run_group_tests_name("blocks", tests, NULL, NULL);
}
