// SPDX-License-Identifier: GPL-2.0-only
/* Records and the folder that keeps them, whatever happens on the way. */
#include "unit.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../harness/run/store/record.h"
#include "../../harness/run/measure/identity.h"
#include "../../harness/run/store/store.h"
#include "../../harness/run/base/file.h"
#include "../../harness/run/base/spawn.h"

static char dir[80], base[64];
static struct point p;

static int set_up(void **state)
{
	(void)state;
	strcpy(base, "/tmp/faultline-test-XXXXXX");
	assert_non_null(mkdtemp(base));
	snprintf(dir, sizeof(dir), "%s/run", base);
	point_defaults(&p);
	p.tier = TIER_SIMULATED;
	assert_int_equal(point_resolve(&p), 0);
	return 0;
}

static int tear_down(void **state)
{
	char *command = xasprintf("rm -rf %s", base);
	int failed = system(command);

	(void)state;
	free(command);
	return failed;
}

static json_t *record_with(const char *id, const char *status)
{
	json_t *record = record_failed(&p, "some reason");

	json_object_set_new(record, "status", json_string(status));
	record_finish(record, "a series", id, json_pack("{s:s}", "started", "now"));
	return record;
}

static void append(struct store *store, const char *id, const char *status)
{
	json_t *record = record_with(id, status);

	assert_int_equal(store_append(store, record), 0);
	json_decref(record);
}

static char *points_text(void)
{
	char *path = xasprintf("%s/points.jsonl", dir), *text = file_read_exact(path);

	free(path);
	assert_non_null(text);
	return text;
}

static void add_text(const char *text)
{
	char *path = xasprintf("%s/points.jsonl", dir);
	FILE *f = fopen(path, "a");

	fputs(text, f);
	fclose(f);
	free(path);
}

static void new_run(struct store *store)
{
	json_t *run = json_pack("{s:i}", "schema", RUN_SCHEMA_VERSION);

	assert_int_equal(store_create(store, dir), 0);
	assert_int_equal(store_write_run(store, run), 0);
	json_decref(run);
}

static void resume_keeps(const char *id)
{
	json_t *run;
	struct records records;
	struct store store;

	assert_int_equal(store_resume(&store, dir, &run, &records), 0);
	assert_int_equal(records.n, 1);
	assert_string_equal(json_string_value(json_object_get(records.v[0].json, "id")), id);
	json_decref(run);
	records_free(&records);
	append(&store, "next", "ok");
	store_close(&store);
}

static void failed_records_make_room_for_new_ones(void **state)
{
	struct store store;
	char *text;

	(void)state;
	new_run(&store);
	append(&store, "one", "ok");
	append(&store, "two", "failed");
	store_close(&store);
	resume_keeps("one");
	text = points_text();
	assert_null(strstr(text, "two"));
	assert_non_null(strstr(text, "next"));
	free(text);
}

static void a_line_cut_short_is_dropped(void **state)
{
	struct store store;
	char *text;

	(void)state;
	new_run(&store);
	append(&store, "one", "skipped");
	store_close(&store);
	add_text("{\"schema\":1,\"mode\":\"uf");
	resume_keeps("one");
	text = points_text();
	assert_null(strstr(text, "\"uf{"));
	free(text);
}

static void a_damaged_line_is_named(void **state)
{
	json_t *run;
	struct records records;
	struct store store;

	(void)state;
	new_run(&store);
	append(&store, "one", "ok");
	store_close(&store);
	add_text("{\"schema\":\n");
	assert_int_equal(store_resume(&store, dir, &run, &records), -1);
	assert_non_null(strstr(error_text(), "points.jsonl:2"));
	json_decref(run);
	records_free(&records);
	store_close(&store);
}

static void two_at_work_in_one_folder_are_refused(void **state)
{
	json_t *run;
	struct records records;
	struct store store, other;

	(void)state;
	new_run(&store);
	assert_int_equal(store_resume(&other, dir, &run, &records), -1);
	assert_non_null(strstr(error_text(), "another faultline"));
	json_decref(run);
	records_free(&records);
	store_close(&other);
	store_close(&store);
}

static void a_folder_that_holds_something_is_refused(void **state)
{
	struct store store, other;

	(void)state;
	new_run(&store);
	assert_int_equal(store_create(&other, dir), -1);
	assert_non_null(strstr(error_text(), "--out"));
	store_close(&other);
	store_close(&store);
}

static void a_failed_append_leaves_whole_lines(void **state)
{
	json_t *record = record_with("one", "ok");
	struct store store;
	int whole;

	(void)state;
	new_run(&store);
	append(&store, "one", "ok");
	whole = store.points_fd;
	store.points_fd = open("/dev/full", O_WRONLY);
	assert_int_equal(store_append(&store, record), -1);
	assert_non_null(strstr(error_text(), "No space left"));
	close(store.points_fd);
	store.points_fd = whole;
	json_decref(record);
	store_close(&store);
	resume_keeps("one");
}

static char *with_keys_and(const char *rest)
{
	json_t *record = record_failed(&p, "x");
	char *line = record_dump(record), *text;

	line[strlen(line) - 1] = '\0';
	text = xasprintf("\r\n%s%s}\r\n", line, rest);
	free(line);
	json_decref(record);
	return text;
}

static void a_serial_line_is_understood(void **state)
{
	char *text = with_keys_and(",\"rate_span\":12345.6,\"x\":0.1");
	json_t *record = record_parse(text, &p);
	char *line = record_dump(record);

	(void)state;
	assert_string_equal(record_status(record), "failed");
	assert_non_null(strstr(line, "\"rate_span\":12345.6,\"x\":0.1}"));
	free(line);
	json_decref(record);
	free(text);
}

static void a_record_of_another_point_is_refused(void **state)
{
	char *text = with_keys_and("");

	(void)state;
	p.vcpus = 2;
	assert_null(record_parse(text, &p));
	assert_non_null(strstr(error_text(), "vcpus"));
	free(text);
}

static void half_a_record_is_refused(void **state)
{
	char *text = with_keys_and("");

	(void)state;
	text[strlen(text) / 2] = '\0';
	assert_null(record_parse(text, &p));
	assert_non_null(strstr(error_text(), "cut short"));
	free(text);
}

static void what_differs_between_runs_is_named(void **state)
{
	json_t *then = json_pack("{s:{s:s, s:s}, s:n}", "kernel", "version", "6.12.1",
				 "image_sha256", "aa", "qemu");
	json_t *now = json_deep_copy(then);
	struct identity identity = { .json = now };

	(void)state;
	assert_int_equal(identity_compare(then, &identity), 0);
	json_object_set_new(json_object_get(now, "kernel"), "image_sha256", json_string("bb"));
	assert_int_equal(identity_compare(then, &identity), -1);
	assert_string_equal(error_text(), "kernel image_sha256 was aa and is bb now");
	json_decref(then);
	json_decref(now);
}

static void words_are_quoted_for_the_shell(void **state)
{
	char *const words[] = { "a", "b c", "it's", "", "k=v,w", "$x", NULL };
	char *text = shell_quote(words);

	(void)state;
	assert_string_equal(text, "a 'b c' 'it'\\''s' '' k=v,w '$x'");
	free(text);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(failed_records_make_room_for_new_ones),
		TEST(a_line_cut_short_is_dropped),
		TEST(a_damaged_line_is_named),
		TEST(two_at_work_in_one_folder_are_refused),
		TEST(a_folder_that_holds_something_is_refused),
		TEST(a_failed_append_leaves_whole_lines),
		TEST(a_serial_line_is_understood),
		TEST(a_record_of_another_point_is_refused),
		TEST(half_a_record_is_refused),
		TEST(what_differs_between_runs_is_named),
		TEST(words_are_quoted_for_the_shell),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
