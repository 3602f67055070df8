// SPDX-License-Identifier: GPL-2.0-only
/* The page of HTML and the files of a report. */
#include "report_folder.h"

#include "../../harness/run/report/describe.h"
#include "../../harness/run/report/histogram.h"

static void histograms_of_repeats_add_up(void **state)
{
	const char *const format = "{s:{s:{s:i, s:[[i,i],[i,i]]}}}";
	struct record repeats[] = {
		{ json_pack(format, "latency_ns", "total", "min", 900, "histogram", 1000, 5, 3000,
			    1) },
		{ json_pack(format, "latency_ns", "total", "min", 800, "histogram", 1000, 3, 2000,
			    1) },
	};
	struct cell cell = { .timed = true, .records = repeats, .record_count = 2 };
	struct histogram h;

	(void)state;
	assert_int_equal(cell_histogram(&cell, &h), 0);
	assert_int_equal(h.buckets, 3);
	assert_true(h.total == 10 && h.min_us == 0.8);
	assert_true(h.upper_us[0] == 1 && h.upper_us[1] == 2 && h.upper_us[2] == 3);
	assert_true(h.count[0] == 8 && h.count[1] == 1 && h.count[2] == 1);
	assert_true(histogram_quantile_us(&h, 0.5) == 1);
	assert_true(histogram_quantile_us(&h, 0.8) == 1);
	assert_true(histogram_quantile_us(&h, 0.9) == 2);
	assert_true(histogram_quantile_us(&h, 1) == 3);
	histogram_free(&h);
	json_decref(repeats[0].json);
	json_decref(repeats[1].json);
}

/* Of the series that a kernel was patched with, of the tree's own, of neither as far as is known. */
static void kernels_are_told_by_their_series(void **state)
{
	static const struct {
		const char *kernel, *text;
	} told[] = {
		{ "{\"version\":\"6.12.117\",\"series\":\"6.12\",\"series_sha256\":\"0123456789abcdef\"}",
		  "6.12.117, series 0123456789ab" },
		{ "{\"version\":\"6.16.0\",\"series\":\"none (the tree's own)\",\"series_sha256\":null}",
		  "6.16.0, series none (the tree's own)" },
		{ "{\"version\":\"6.16.0\",\"series\":null,\"series_sha256\":null}",
		  "6.16.0, not built by faultline" },
		{ "{}", "unknown, not built by faultline" },
	};
	char text[256];

	(void)state;
	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++) {
		json_t *kernel = json_loads(told[i].kernel, 0, NULL);
		struct run_data run = { .run = json_pack("{s:{s:{s:o}}}", "targets", "x86_64",
							 "kernel", kernel) };

		assert_string_equal(run_kernel(&run, "x86_64", text, sizeof(text)), told[i].text);
		json_decref(run.run);
	}
}

static void report_is_whole(void **state)
{
	char *html;

	(void)state;
	run_folder_write(&folder, "");
	write_or_skip();
	html = read_back("report.html");
	assert_non_null(strstr(html, "Why this tier:</strong> tests &amp; &lt;tags&gt;"));
	assert_non_null(strstr(html, "no KVM_MEM_EXIT_ON_MISSING: &lt;boot&gt; a patched kernel"));
	assert_non_null(strstr(html, "There is one simulated CPU"));
	assert_non_null(strstr(html, "kernel.series_sha256"));
	assert_non_null(strstr(html, "</html>"));
	assert_null(strstr(html, "INCOMPLETE"));
	assert_null(strstr(html, "<?xml"));
	assert_null(strstr(html, "src="));
	assert_ids_unique(html);
	free(html);
	assert_file_has("tables.txt", "uffd best");
	assert_file_has("plots/throughput.svg", "tier simulated: ");
	assert_file_has("plots/throughput.svg", "fetch 30us, kernel 6.12.117, series 0123456789ab");
	assert_file_has("plots/throughput.svg", "marked in the table");
	/* The plots, their scripts with what they share, the figures; nothing else is left behind. */
	assert_int_equal(count_plot_files(), kind_count() + kind_count() + 1 + 2);
}

static void report_shows_known_answers(void **state)
{
	char *text;

	(void)state;
	run_folder_write(&folder, "");
	write_or_skip();
	assert_file_has("report.html", "None: nothing ran on simulated CPUs in parallel.");
	run_folder_add_answers(&folder);
	run_folder_write(&folder, "");
	write_or_skip();
	text = read_back("report.html");
	assert_non_null(strstr(text, "  measured        ok\n"));
	assert_non_null(
		strstr(text, "      lock    1280.0    1155.0    1810.0    1999.5        NO\n"));
	assert_null(strstr(text, "known_answers["));
	free(text);
}

static void report_shows_the_settings_that_points_found(void **state)
{
	json_t *record;
	size_t i;

	(void)state;
	json_array_foreach (folder.records, i, record)
		json_object_set_new(record, "settings",
				    json_pack("{s:s}", "thp", "always [madvise] never"));
	run_folder_write(&folder, "");
	write_or_skip();
	assert_file_has("report.html", "\nsettings.x86_64.thp: always [madvise] never\n");
}

static void incomplete_report_says_so(void **state)
{
	(void)state;
	json_object_set_new(folder.run, "complete", json_false());
	json_array_remove(folder.records, 0);
	run_folder_write(&folder, "");
	write_or_skip();
	assert_file_has("report.html", "class=\"incomplete\">INCOMPLETE: 10 of 11 points");
	assert_file_has("plots/phases.svg", "INCOMPLETE: 10 of 11 points");
}

static void report_without_times_has_no_plots(void **state)
{
	char *text, path[256];
	json_t *record;
	size_t i;

	(void)state;
	json_object_set_new(folder.run, "tier", json_string("emulated"));
	json_array_foreach (folder.records, i, record) {
		json_object_set_new(record, "tier", json_string("emulated"));
		json_object_del(record, "latency_ns");
	}
	run_folder_write(&folder, "");
	write_or_skip();
	text = read_back("report.html");
	assert_null(strstr(text, "<svg"));
	free(text);
	snprintf(path, sizeof(path), "%s/plots/throughput.svg", folder.path);
	assert_int_not_equal(access(path, F_OK), 0);
}

static void vcpus_that_no_point_has_are_refused(void **state)
{
	(void)state;
	run_folder_write(&folder, "");
	assert_int_equal(write_report(999, false), -1);
	assert_non_null(strstr(error_text(), "999 vCPUs"));
}

static void missing_root_is_named(void **state)
{
	char *root = strdup(getenv("FAULTLINE_ROOT"));

	(void)state;
	run_folder_write(&folder, "");
	unsetenv("FAULTLINE_ROOT");
	assert_int_equal(write_report(0, false), -1);
	setenv("FAULTLINE_ROOT", root, 1);
	free(root);
	assert_non_null(strstr(error_text(), "FAULTLINE_ROOT is not set"));
}

static void unknown_name_in_template_is_refused(void **state)
{
	char *old = realpath(getenv("FAULTLINE_ROOT"), NULL), *root = scratch_make();
	char *plots = xasprintf("%s/plots", root);

	(void)state;
	assert_non_null(old);
	assert_int_equal(mkdir(plots, 0700), 0);
	for (size_t k = 0; k <= kind_count(); k++) {
		const char *name = k < kind_count() ? kind_name(k) : "style";
		char *from = xasprintf("%s/plots/%s.gnuplot", old, name);
		char *to = xasprintf("%s/%s.gnuplot", plots, name);

		assert_int_equal(symlink(from, to), 0);
		free(from);
		free(to);
	}
	assert_int_equal(file_replace(plots, "report.html.in", "a @NOPE@ b"), 0);
	run_folder_write(&folder, "");
	write_or_skip();
	setenv("FAULTLINE_ROOT", root, 1);
	assert_int_equal(write_report(0, false), -1);
	setenv("FAULTLINE_ROOT", old, 1);
	assert_non_null(strstr(error_text(), "@NOPE@"));
	scratch_remove(plots);
	scratch_remove(root);
	free(old);
}

/* A folder in the table's place: root, too, cannot replace it by a file. */
static void file_that_cannot_be_written_is_named(void **state)
{
	char path[256], inside[300];

	(void)state;
	run_folder_write(&folder, "");
	snprintf(path, sizeof(path), "%s/tables.txt", folder.path);
	snprintf(inside, sizeof(inside), "%s/x", path);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(mkdir(inside, 0700), 0);
	assert_int_equal(write_report(0, false), -1);
	assert_non_null(strstr(error_text(), "cannot write"));
	assert_non_null(strstr(error_text(), "tables.txt"));
	rmdir(inside);
	rmdir(path);
	snprintf(path, sizeof(path), "%s/tables.txt.tmp", folder.path);
	assert_int_not_equal(access(path, F_OK), 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(histograms_of_repeats_add_up),
		cmocka_unit_test(kernels_are_told_by_their_series),
		TEST(report_is_whole),
		TEST(report_shows_known_answers),
		TEST(report_shows_the_settings_that_points_found),
		TEST(incomplete_report_says_so),
		TEST(report_without_times_has_no_plots),
		TEST(vcpus_that_no_point_has_are_refused),
		TEST(missing_root_is_named),
		TEST(unknown_name_in_template_is_refused),
		TEST(file_that_cannot_be_written_is_named),
	};

	setenv("FAULTLINE_ROOT", ".", 0);
	return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
