// SPDX-License-Identifier: GPL-2.0-only
/* Published tables, and simulated points beside them. */
#include "unit.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../harness/run/report/published.h"
#include "../../harness/run/base/file.h"

#define EXIT_COLUMNS "vcpus,uffd_kpages_per_s,uffd_exit_kpages_per_s\n"
#define USERFAULT_COLUMNS "arch,backing,uffd_layout,mode,readers,vcpus,pages_per_s_per_vcpu\n"

static const char exit_text[] = "# made up\n" EXIT_COLUMNS "1,100,200\n2,150,400\n4,120,700\n";
static const char userfault_text[] = USERFAULT_COLUMNS "x86_64,anon,single,userfault,-,2,1000\n"
						       "x86_64,anon,single,userfault,-,8,500\n";

static char root[64];
static struct published_tables tables;

static char *in_root(const char *name)
{
	return xasprintf("%s/%s", root, name);
}

static void write_text(const char *name, const char *text)
{
	char *path = in_root(name);
	FILE *out = fopen(path, "w");

	assert_non_null(out);
	fputs(text, out);
	fclose(out);
	free(path);
}

static void write_exit(const char *text)
{
	write_text("results/published/exit-on-missing-v7.csv", text);
}

static void write_userfault(const char *text)
{
	write_text("results/published/userfault-v1.csv", text);
}

static const char *const folders[] = { "results", "results/published" };

static int set_up(void **state)
{
	(void)state;
	strcpy(root, "/tmp/faultline-test-XXXXXX");
	assert_non_null(mkdtemp(root));
	for (size_t i = 0; i < 2; i++) {
		char *path = in_root(folders[i]);

		assert_int_equal(mkdir(path, 0700), 0);
		free(path);
	}
	write_exit(exit_text);
	write_userfault(userfault_text);
	tables = (struct published_tables){ 0 };
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	published_free(&tables);
	for (size_t i = 2; i-- > 0;) {
		char *path = in_root(folders[i]);

		folder_remove(path);
		free(path);
	}
	folder_remove(root);
	return 0;
}

static void read_tables(void)
{
	int failed = published_read(&tables, root);

	if (failed)
		print_error("%s\n", error_text());
	assert_int_equal(failed, 0);
}

static const struct published *find_of(enum arch arch, const char *series, unsigned int vcpus)
{
	for (size_t i = 0; i < tables.count; i++)
		if (tables.rows[i].arch == arch && !strcmp(tables.rows[i].series, series) &&
		    tables.rows[i].vcpus == vcpus)
			return &tables.rows[i];
	print_error("no row '%s' with %u vCPUs\n", series, vcpus);
	return NULL;
}

static const struct published *find(const char *series, unsigned int vcpus)
{
	return find_of(ARCH_X86_64, series, vcpus);
}

static void committed_tables_are_understood(void **state)
{
	const struct published *row;

	(void)state;
	assert_int_equal(published_read(&tables, "."), 0);
	/* 9 lines with two figures; 36 of 42 x86-64 and 21 of 27 arm64 ones that are there once. */
	assert_int_equal(tables.count, 18 + 36 + 21);
	row = find("shmem, uffd, N readers", 64);
	assert_true(row->rate == 86000 && row->uffds == 1 && row->readers == 64);
	row = find("shmem, uffd+exit", 256);
	assert_true(row->rate == 4012000 && !strcmp(row->mode, "uffd+exit"));
	row = find("anon, kernel", 64);
	assert_true(row->rate == 64 * 47720.0 && row->uffds == 0 && row->readers == 0);
	row = find("anon, uffd, 1 reader", 8);
	assert_true(row->rate == 8 * 26059.0 && row->uffds == 1 && row->readers == 1);
	row = find("shmem, uffd, uffd each", 8);
	assert_true(row->uffds == 8 && row->readers == 8);
	row = find_of(ARCH_ARM64, "shmem, uffd, uffd each", 64);
	assert_true(row->rate == 64 * 15996.0 && row->uffds == 64 && row->readers == 64);
	row = find_of(ARCH_ARM64, "shmem, kernel", 8);
	assert_true(row->rate == 8 * 363081.0);
}

static void lines_may_end_like_elsewhere(void **state)
{
	(void)state;
	write_exit("# made up\r\n\r\nvcpus,uffd_kpages_per_s,uffd_exit_kpages_per_s\r\n1,2,3\r\n");
	read_tables();
	assert_true(find("shmem, uffd+exit", 1)->rate == 3000);
}

static void refused(void (*write)(const char *), const char *text, const char *message)
{
	write(text);
	assert_int_equal(published_read(&tables, root), -1);
	if (!strstr(error_text(), message))
		print_error("no '%s' in '%s'\n", message, error_text());
	assert_non_null(strstr(error_text(), message));
	assert_int_equal(tables.count, 0);
}

static void bad_lines_are_named(void **state)
{
	static const char *const exit_lines[] = { "1,2",   "1,2,3,4", "1,2,x", "0,2,3",
						  "1,0,3", "1,2,-3",  "x,2,3", "1,2,nan" };
	static const char *const userfault_lines[] = {
		"x86_64,anon,single,uffd,1,2",	  "x86_64,anon,single,uffd,1,2,3,4",
		"x86_64,anon,single,uffd,1,0,3",  "x86_64,anon,single,uffd,2,2,3",
		"x86_64,anon,shared,uffd,1,2,3",  "x86_64,anon,single,uffd,1,2,0",
		"x86_64,,single,uffd,1,2,3",	  "x86_64,anon,single,uffd,1,2,3pages",
		"x86_64,anonymous,single,uffd,1", "x86_64",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(exit_lines) / sizeof(exit_lines[0]); i++) {
		char *text = xasprintf("# one\n\n" EXIT_COLUMNS "1,2,3\n%s\n", exit_lines[i]);
		char *message = xasprintf("exit-on-missing-v7.csv:5: '%s' is no", exit_lines[i]);

		refused(write_exit, text, message);
		free(message);
		free(text);
	}
	write_exit(exit_text);
	for (size_t i = 0; i < sizeof(userfault_lines) / sizeof(userfault_lines[0]); i++) {
		char *text = xasprintf(USERFAULT_COLUMNS "%s\n", userfault_lines[i]);
		char *message = xasprintf("userfault-v1.csv:2: '%s' is no", userfault_lines[i]);

		refused(write_userfault, text, message);
		free(message);
		free(text);
	}
}

static void other_columns_are_refused(void **state)
{
	(void)state;
	refused(write_exit, "vcpus,uffd,exit\n1,2,3\n", "csv:1: 'vcpus,uffd,exit' is no row");
	refused(write_exit, "# nothing else\n", "there are no figures in it");
}

static void a_missing_table_is_named(void **state)
{
	char *path = in_root("results/published/userfault-v1.csv");

	(void)state;
	unlink(path);
	free(path);
	assert_int_equal(published_read(&tables, root), -1);
	assert_non_null(strstr(error_text(), "userfault-v1.csv: No such file"));
}

/* A record of uffd with a reader per vCPU, as the published one. */
static json_t *uffd_record(int vcpus, int coherence, double rate)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:i, s:i, s:i, s:i, s:i, s:f}", "status",
			 "ok", "tier", "simulated", "arch", "x86_64", "mode", "uffd", "backing",
			 "shmem", "fetch", "0", "vcpus", vcpus, "cpus", vcpus, "uffds", 1,
			 "readers", vcpus, "coherence", coherence, "rate_span", rate);
}

static void match(json_t *record)
{
	json_t *records = json_pack("[o]", record);

	published_match(&tables, records);
	json_decref(records);
}

static void only_the_same_measurement_matches(void **state)
{
	static const struct {
		const char *key, *text;
		int number;
	} others[] = { { "status", "failed" },	{ "tier", "hardware" },	  { "arch", "arm64" },
		       { "mode", "userfault" }, { "backing", "anon" },	  { "fetch", "30us" },
		       { "vcpus", NULL, 8 },	{ "cpus", NULL, 1 },	  { "uffds", NULL, 4 },
		       { "readers", NULL, 1 },	{ "coherence", NULL, 35 } };

	(void)state;
	read_tables();
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		json_t *record = uffd_record(4, 0, 1);

		json_object_set_new(record, others[i].key,
				    others[i].text ? json_string(others[i].text) :
						     json_integer(others[i].number));
		match(record);
		for (size_t k = 0; k < tables.count; k++)
			assert_true(tables.rows[k].simulated[0] == 0 &&
				    tables.rows[k].simulated[1] == 0);
	}
	match(uffd_record(4, 0, 60000));
	assert_true(find("shmem, uffd, N readers", 4)->simulated[0] == 60000);
	assert_int_equal(published_measured(&tables), 0);
	match(uffd_record(4, 70, 30000));
	assert_true(find("shmem, uffd, N readers", 4)->simulated[1] == 30000);
	assert_int_equal(published_measured(&tables), 1);
}

static char *text_of(void (*print)(const struct published_tables *, FILE *))
{
	struct text text;

	print(&tables, text_open(&text));
	return text_close(&text);
}

/* Without the point with one vCPU: two is then the first. */
static void match_some(void)
{
	read_tables();
	match(uffd_record(2, 0, 300000));
	match(uffd_record(2, 70, 75000));
	match(uffd_record(4, 0, 480000));
	match(uffd_record(4, 70, 90000));
}

static void assert_has(const char *text, const char *part, bool expected)
{
	bool found = strstr(text, part);

	if (found != expected)
		print_error("%s in:\n%s\n", part, text);
	assert_int_equal(found, expected);
}

static void ratios_and_shapes_are_printed(void **state)
{
	char *text;

	(void)state;
	match_some();
	text = text_of(published_print);
	/* 150, 300 and 75 thousand pages/s: ratios 2 and 0.5; all are their own first. */
	assert_has(text,
		   "shmem, uffd, N readers                 2       150       300        75"
		   "     2.00     0.50    1.00    1.00    1.00     1.00     1.00\n",
		   true);
	/* 120, 480, 90: ratios 4 and 0.75; to the first 0.8, 1.6, 1.2; of these 2 and 1.5. */
	assert_has(text,
		   "shmem, uffd, N readers                 4       120       480        90"
		   "     4.00     0.75    0.80    1.60    1.20     2.00     1.50\n",
		   true);
	assert_has(
		text,
		"of 2 points\n"
		"within a factor of 1.5 of the published: 0 at P=0, 1 at P=70\n"
		"within a factor of 2.0 of the published: 1 at P=0, 2 at P=70\n"
		"highest rate of one userfaultfd at P=70\n"
		"  shmem, uffd, N readers (exit-on-missing-v7, x86_64): published at 2 vCPUs, "
		"simulated at 4\n"
		"of 0 pairs of series with the same backing and vCPUs, 0 change places at P=70\n",
		true);
	assert_has(text, "uffd+exit", false);
	assert_has(text, "userfault,", false);
	free(text);
}

static void what_is_far_and_out_of_order_is_named(void **state)
{
	char *text;

	(void)state;
	match_some();
	for (size_t end = 0; end < PUBLISHED_ENDS; end++) {
		json_t *record = uffd_record(4, (int)published_coherence_ns[end], 80000);

		json_object_set_new(record, "mode", json_string("uffd+exit"));
		match(record);
	}
	text = text_of(published_print);
	/* Published 700 and 120 thousand pages/s, simulated 80 and 90. */
	assert_has(text,
		   "  not within 2: shmem, uffd+exit (exit-on-missing-v7, x86_64), 4 vCPUs: 0.11\n",
		   true);
	assert_has(text,
		   "of 1 pairs of series with the same backing and vCPUs, 1 change places at P=70\n"
		   "  4 vCPUs: shmem, uffd+exit (exit-on-missing-v7, x86_64) over shmem, uffd, "
		   "N readers: published 5.83, simulated 0.89\n",
		   true);
	free(text);
}

static void architectures_are_tables_of_their_own(void **state)
{
	char *text;

	(void)state;
	write_userfault(USERFAULT_COLUMNS "arm64,shmem,single,uffd,N,4,25000\n");
	match_some();
	for (size_t end = 0; end < PUBLISHED_ENDS; end++) {
		json_t *record = uffd_record(4, (int)published_coherence_ns[end], 50000);

		json_object_set_new(record, "arch", json_string("arm64"));
		match(record);
	}
	assert_true(find("shmem, uffd, N readers", 4)->simulated[0] == 480000);
	text = text_of(published_print);
	assert_has(text, "\nexit-on-missing-v7, x86_64\n", true);
	assert_has(text, "\nuserfault-v1, arm64\n", true);
	assert_has(text, "\nuserfault-v1, x86_64\n", false);
	assert_has(text,
		   "shmem, uffd, N readers                 4       100        50        50"
		   "     0.50     0.50    1.00    1.00    1.00     1.00     1.00\n",
		   true);
	free(text);
}

static void figures_for_the_plot_have_a_block_a_series(void **state)
{
	json_t *record;
	char *text;

	(void)state;
	match_some();
	for (size_t end = 0; end < PUBLISHED_ENDS; end++) {
		record = uffd_record(8, (int)published_coherence_ns[end], 7000);
		json_object_set_new(record, "mode", json_string("userfault"));
		json_object_set_new(record, "backing", json_string("anon"));
		match(record);
	}
	text = text_of(published_write_data);
	assert_string_equal(text, "\"shmem, uffd, N readers (exit-on-missing-v7, x86_64)\"\n"
				  "2 150000 300000 75000\n"
				  "4 120000 480000 90000\n"
				  "\n\n\"anon, userfault (userfault-v1, x86_64)\"\n"
				  "8 4000 7000 7000\n");
	free(text);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(committed_tables_are_understood),
		TEST(lines_may_end_like_elsewhere),
		TEST(bad_lines_are_named),
		TEST(other_columns_are_refused),
		TEST(a_missing_table_is_named),
		TEST(only_the_same_measurement_matches),
		TEST(ratios_and_shapes_are_printed),
		TEST(what_is_far_and_out_of_order_is_named),
		TEST(architectures_are_tables_of_their_own),
		TEST(figures_for_the_plot_have_a_block_a_series),
	};

	return cmocka_run_group_tests_name("published", tests, NULL, NULL);
}
