// SPDX-License-Identifier: GPL-2.0-only
/* Published tables, and simulated points beside them. */
#include "unit.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../harness/mode.h"
#include "../../harness/run/report/published.h"
#include "../../harness/run/base/file.h"
#include "../../harness/run/base/util.h"

#define EXIT_COLUMNS "arch,backing,mode,fetch,uffds,readers,vcpus,pages_per_s\n"
#define USERFAULT_COLUMNS "arch,backing,mode,uffds,readers,vcpus,pages_per_s\n"

static const char exit_text[] = "# made up\n" EXIT_COLUMNS
				"x86_64,shmem,uffd,0,1,per-vcpu,1,100000\n"
				"x86_64,shmem,uffd+exit,0,1,per-vcpu,1,200000\n"
				"x86_64,shmem,uffd,0,1,per-vcpu,2,150000\n"
				"x86_64,shmem,uffd+exit,0,1,per-vcpu,2,400000\n"
				"x86_64,shmem,uffd,0,1,per-vcpu,4,120000\n"
				"x86_64,shmem,uffd+exit,0,1,per-vcpu,4,700000\n";
static const char userfault_text[] = USERFAULT_COLUMNS "x86_64,anon,userfault,,,2,2000\n"
						       "x86_64,anon,userfault,,,8,4000\n";

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
		if (tables.rows[i].point.arch == arch && !strcmp(tables.rows[i].series, series) &&
		    tables.rows[i].point.vcpus == vcpus)
			return &tables.rows[i];
	print_error("no row '%s' with %u vCPUs\n", series, vcpus);
	return NULL;
}

static const struct published *find(const char *series, unsigned int vcpus)
{
	return find_of(ARCH_X86_64, series, vcpus);
}

static bool tells(const struct published *row, const char *key)
{
	return row->keys & keyset_of(key);
}

static void committed_tables_are_understood(void **state)
{
	const struct published *row;

	(void)state;
	assert_int_equal(published_read(&tables, "."), 0);
	/* 18 rows; 36 of 42 x86-64 and 21 of 27 arm64 ones that are of a set-up of their own. */
	assert_int_equal(tables.count, 18 + 36 + 21);
	row = find("shmem, uffd, N readers", 64);
	assert_true(row->rate == 86000 && row->point.uffds == 1 && row->point.readers == 64);
	row = find("shmem, uffd+exit, N readers", 256);
	assert_true(row->rate == 4012000 && row->point.mode == MODE_uffd_exit);
	row = find("anon, kernel", 64);
	assert_true(row->rate == 64 * 47720.0);
	assert_false(tells(row, "uffds") || tells(row, "readers"));
	row = find("anon, uffd, 1 reader", 8);
	assert_true(row->rate == 8 * 26059.0 && row->point.uffds == 1 && row->point.readers == 1);
	row = find("shmem, uffd, uffd each", 8);
	assert_true(row->point.uffds == 8 && row->point.readers == 8);
	row = find_of(ARCH_ARM64, "shmem, uffd, uffd each", 64);
	assert_true(row->rate == 64 * 15996.0 && row->point.uffds == 64 &&
		    row->point.readers == 64);
	row = find_of(ARCH_ARM64, "shmem, kernel", 8);
	assert_true(row->rate == 8 * 363081.0);
	assert_true(tells(row, "gic") && tells(row, "mode") && row->point.gic == GIC_NONE);
}

static void lines_may_end_like_elsewhere(void **state)
{
	(void)state;
	write_exit("# made up\r\n\r\nmode,vcpus,pages_per_s\r\nuffd+exit,1,3000\r\n");
	read_tables();
	assert_true(find("anon, uffd+exit", 1)->rate == 3000);
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
	static const struct {
		const char *line, *message;
	} lines[] = {
		{ "x86_64,anon,uffd,1,1,2", "there is no value for pages_per_s" },
		{ "x86_64,anon,uffd,1,1,2,3,4", "more values than columns" },
		{ "x86_64", "no value for backing" },
		{ "x86_64,anon,uffd,1,1,2,", "pages_per_s='' is not valid" },
		{ "x86_64,anon,uffd,1,1,2,x", "pages_per_s='x' is not valid" },
		{ "x86_64,anon,uffd,1,1,2,0", "pages_per_s='0' is not valid" },
		{ "x86_64,anon,uffd,1,1,2,-3", "'-3' is not valid; use a number above 0" },
		{ "x86_64,anon,uffd,1,1,2,nan", "'nan' is not valid" },
		{ "x86_64,anon,uffd,1,1,2,3pages", "'3pages' is not valid" },
		{ "x86_64,anon,uffd,1,1,0,3", "vcpus='0' is not valid" },
		{ "x86_64,anon,uffd,1,1,x,3", "vcpus='x' is not valid" },
		{ "x86_64,anon,uffd,1,N,2,3", "readers='N' is not valid" },
		{ "x86_64,anon,uffd,shared,1,2,3", "uffds='shared' is not valid" },
		{ "x86_64,anonymous,uffd,1,1,2,3", "backing='anonymous' is not valid" },
		{ "x86_64,anon,ufd,1,1,2,3", "mode='ufd' is not valid" },
		{ "vax,anon,uffd,1,1,2,3", "arch='vax' is not valid" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		char *text = xasprintf("# one\n\n" USERFAULT_COLUMNS
				       "x86_64,anon,kernel,,,2,3\n%s\n",
				       lines[i].line);

		refused(write_userfault, text, "userfault-v1.csv:5: ");
		refused(write_userfault, text, lines[i].message);
		free(text);
	}
}

static void other_columns_are_refused(void **state)
{
	(void)state;
	refused(write_exit, "vcpus,uffd,pages_per_s\n1,2,3\n", "csv:2: unknown key 'uffd'; known:");
	refused(write_exit, "vcpus,mode\n1,uffd\n", "csv:2: there is no column pages_per_s");
	refused(write_exit, "# nothing else\n", "there are no figures in it");
	refused(write_exit, "vcpus,pages_per_s\n", "there are no figures in it");
}

static void the_first_row_of_a_set_up_counts(void **state)
{
	(void)state;
	write_userfault(USERFAULT_COLUMNS "x86_64,anon,userfault,,,2,2000\n"
					  "x86_64,anon,userfault,,,2,900\n"
					  "x86_64,anon,uffd,1,1,2,800\n"
					  "x86_64,anon,uffd,1,per-vcpu,2,1400\n");
	read_tables();
	assert_int_equal(tables.count, 6 + 3);
	assert_true(find("anon, userfault", 2)->rate == 2000);
	assert_true(find("anon, uffd, N readers", 2)->rate == 1400);
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
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:f}",
			 "status", "ok", "tier", "simulated", "arch", "x86_64", "mode", "uffd",
			 "backing", "shmem", "fetch", "0", "vcpus", vcpus, "cpus", vcpus, "uffds",
			 1, "readers", vcpus, "coherence", coherence, "speed", 4, "quantum", 500,
			 "rate_span", rate);
}

static int try_match(json_t *record)
{
	struct record one;
	struct records records = { &one, 1 };
	int failed;

	json_object_set_new(record, "handler", json_string("inline"));
	assert_int_equal(record_init(&one, record), 0);
	failed = published_match(&tables, &records);
	json_decref(record);
	return failed;
}

static void match(json_t *record)
{
	assert_int_equal(try_match(record), 0);
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
	match(uffd_record(2, 70, 50000));
	match(uffd_record(4, 70, 30000));
	assert_true(find("shmem, uffd, N readers", 4)->simulated[1] == 30000);
	/* The one with two vCPUs lacks a charge. */
	assert_int_equal(published_drop_unmeasured(&tables), 1);
	assert_true(find("shmem, uffd, N readers", 4)->simulated[1] == 30000);
}

static void one_charge_is_not_measured(void **state)
{
	(void)state;
	read_tables();
	match(uffd_record(4, 0, 60000));
	assert_int_equal(published_drop_unmeasured(&tables), 0);
}

static void records_of_two_speeds_are_refused(void **state)
{
	json_t *record = uffd_record(4, 70, 30000);

	(void)state;
	read_tables();
	match(uffd_record(4, 0, 60000));
	assert_string_equal(tables.settings, "speed=4 quantum=500");
	json_object_set_new(record, "speed", json_integer(3));
	assert_int_equal(try_match(record), -1);
	assert_non_null(
		strstr(error_text(), "with speed=4 quantum=500 and with speed=3 quantum=500"));
	/* What measures nothing that was published does not matter. */
	record = uffd_record(3, 70, 30000);
	json_object_set_new(record, "speed", json_integer(3));
	match(record);
}

/* Of what is measured. */
static char *text_of(void (*print)(const struct published_tables *, FILE *))
{
	struct text text;

	published_drop_unmeasured(&tables);
	print(&tables, text_open(&text));
	return text_close(&text);
}

static void print_all(const struct published_tables *all, FILE *out)
{
	published_print(all, out);
	published_print_summary(all, out);
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
	text = text_of(print_all);
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
	for (size_t end = 0; end < PUBLISHED_CHARGES; end++) {
		json_t *record = uffd_record(4, (int)published_charges_ns[end], 80000);

		json_object_set_new(record, "mode", json_string("uffd+exit"));
		match(record);
	}
	text = text_of(print_all);
	/* Published 700 and 120 thousand pages/s, simulated 80 and 90. */
	assert_has(
		text,
		"  not within 2: shmem, uffd+exit, N readers (exit-on-missing-v7, x86_64), 4 vCPUs: 0.11\n",
		true);
	assert_has(
		text,
		"of 1 pairs of series with the same backing and vCPUs, 1 change places at P=70\n"
		"  4 vCPUs: shmem, uffd+exit, N readers (exit-on-missing-v7, x86_64) over shmem, uffd, "
		"N readers: published 5.83, simulated 0.89\n",
		true);
	free(text);
}

static void architectures_are_tables_of_their_own(void **state)
{
	char *text;

	(void)state;
	write_userfault(USERFAULT_COLUMNS "arm64,shmem,uffd,1,per-vcpu,4,100000\n");
	match_some();
	for (size_t end = 0; end < PUBLISHED_CHARGES; end++) {
		json_t *record = uffd_record(4, (int)published_charges_ns[end], 50000);

		json_object_set_new(record, "arch", json_string("arm64"));
		match(record);
	}
	assert_true(find("shmem, uffd, N readers", 4)->simulated[0] == 480000);
	text = text_of(print_all);
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
	for (size_t end = 0; end < PUBLISHED_CHARGES; end++) {
		record = uffd_record(8, (int)published_charges_ns[end], 7000);
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
		TEST(the_first_row_of_a_set_up_counts),
		TEST(a_missing_table_is_named),
		TEST(only_the_same_measurement_matches),
		TEST(one_charge_is_not_measured),
		TEST(records_of_two_speeds_are_refused),
		TEST(ratios_and_shapes_are_printed),
		TEST(what_is_far_and_out_of_order_is_named),
		TEST(architectures_are_tables_of_their_own),
		TEST(figures_for_the_plot_have_a_block_a_series),
	};

	return cmocka_run_group_tests_name("published", tests, NULL, NULL);
}
