// SPDX-License-Identifier: GPL-2.0-only
/* The page of HTML, its parts, and the files of a report. */
#include "run_folder.h"

#include <dirent.h>

#include "../../harness/run/report/html.h"
#include "../../harness/run/report/plot.h"
#include "../../harness/run/report/report.h"
#include "../../harness/run/report/histogram.h"
#include "../../harness/run/base/file.h"
#include "../../harness/run/base/spawn.h"
#include "../../harness/run/base/util.h"

static void escaped_text_has_no_markup(void **state)
{
	char text[128];
	FILE *out = fmemopen(text, sizeof(text), "w");

	(void)state;
	html_escape(out, "<a href=\"x\">'&'</a>");
	fclose(out);
	assert_string_equal(text, "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt;");
}

/* about: the one name there is. */
static int print_known(FILE *out, const char *name, const void *about)
{
	if (strcmp(name, about))
		return -1;
	fputs("<b>@A@</b>", out);
	return 0;
}

static void template_is_filled(void **state)
{
	char text[128];
	FILE *out = fmemopen(text, sizeof(text), "w");

	(void)state;
	assert_int_equal(html_fill(out, "@LONG@ @LONG@, a@b, @media @ A@LONG", print_known, "LONG"),
			 0);
	fclose(out);
	assert_string_equal(text, "<b>@A@</b> <b>@A@</b>, a@b, @media @ A@LONG");
}

static void part_that_fails_ends_the_page(void **state)
{
	char text[128];
	FILE *out = fmemopen(text, sizeof(text), "w");

	(void)state;
	assert_int_equal(html_fill(out, "a @NOPE@ b", print_known, "LONG"), -1);
	fclose(out);
	assert_string_equal(text, "a ");
}

static void svg_ids_get_a_prefix(void **state)
{
	const char *svg = "<?xml version=\"1.0\"?>\n<svg width=\"1\"><title>Gnuplot</title>"
			  "<path id='p1'/><g id=\"g\"/><use xlink:href='#p1' color='#ffffff'/>"
			  "<rect fill='url(#g)'/></svg>";
	char text[512];
	FILE *out = fmemopen(text, sizeof(text), "w");

	(void)state;
	assert_int_equal(html_svg(out, svg, "x-", "a<b"), 0);
	fclose(out);
	assert_string_equal(text, "<svg width=\"1\"><title>a&lt;b</title><path id='x-p1'/>"
				  "<g id=\"x-g\"/><use xlink:href='#x-p1' color='#ffffff'/>"
				  "<rect fill='url(#x-g)'/></svg>");
}

static void no_svg_is_refused(void **state)
{
	FILE *out = fopen("/dev/null", "w");

	(void)state;
	assert_int_equal(html_svg(out, "<html></html>", "x-", ""), -1);
	fclose(out);
}

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

#define KINDS_MAX 16

static size_t kind_count(void)
{
	size_t count = 0;

	while (plot_kinds[count])
		count++;
	assert_true(count && count <= KINDS_MAX);
	return count;
}

/* A file of the run folder as text; the caller frees. */
static char *read_back(const char *name)
{
	char path[256], *text;

	snprintf(path, sizeof(path), "%s/%s", folder.path, name);
	text = file_read(path);
	if (!text)
		print_error("no %s\n", path);
	assert_non_null(text);
	return text;
}

/* vcpus: where distribution and phases are shown, or 0. */
static int write_report(unsigned int vcpus, bool png)
{
	struct run_data run;
	int failed = run_data_load(&run, folder.path, vcpus);

	if (failed)
		return failed;
	failed = report_write(&run, folder.path, png);
	run_data_free(&run);
	return failed;
}

static void write_or_skip(void)
{
	char *argv[] = { "gnuplot", "--version", NULL };
	char *version = command_line_of(argv);
	int failed;

	if (!version)
		_skip(__FILE__, __LINE__);
	free(version);
	failed = write_report(0, false);
	if (failed)
		print_error("%s\n", error_text());
	assert_int_equal(failed, 0);
}

/* Fails when an id occurs twice. */
static void assert_ids_unique(const char *html)
{
	json_t *seen = json_object();

	for (const char *at = html; (at = strstr(at, " id=")); at += 5) {
		char id[128];

		snprintf(id, sizeof(id), "%.*s", (int)strcspn(at + 5, "'\""), at + 5);
		if (json_object_get(seen, id))
			print_error("id %s occurs twice\n", id);
		assert_null(json_object_get(seen, id));
		json_object_set_new(seen, id, json_true());
	}
	assert_true(json_object_size(seen) > 0);
	json_decref(seen);
}

static size_t count_plot_files(void)
{
	char path[256];
	struct dirent *entry;
	size_t files = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/plots", folder.path);
	dir = opendir(path);
	assert_non_null(dir);
	while ((entry = readdir(dir)))
		files += entry->d_name[0] != '.';
	closedir(dir);
	return files;
}

/* gnuplot in a folder, with no environment but PATH. Returns its exit code. */
static int draw_by_hand(char *dir, char *script)
{
	char *path = xasprintf("PATH=%s", getenv("PATH"));
	char *argv[] = { "env", "-i", "-C", dir, path, "gnuplot", script, NULL };
	pid_t pid = spawn(argv, STDERR_FILENO, STDERR_FILENO);

	free(path);
	assert_true(pid > 0);
	return spawn_wait(pid);
}

static void report_is_whole(void **state)
{
	char *html, *text;

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
	text = read_back("tables.txt");
	assert_non_null(strstr(text, "uffd, best"));
	free(text);
	text = read_back("plots/throughput.svg");
	assert_non_null(strstr(text, "tier simulated: "));
	assert_non_null(strstr(text, "fetch 30us, kernel 6.12.117, series 0123456789ab"));
	assert_non_null(strstr(text, "* or ! in the table"));
	free(text);
	/* The plots, their scripts with what they share, the figures; nothing else is left behind. */
	assert_int_equal(count_plot_files(), kind_count() + kind_count() + 1 + 2);
}

static void png_is_drawn_where_it_is_asked_for(void **state)
{
	static const unsigned char start[] = { 0x89, 'P', 'N', 'G' };
	char *png;

	(void)state;
	run_folder_write(&folder, "");
	write_or_skip();
	assert_int_equal(write_report(0, true), 0);
	assert_int_equal(count_plot_files(), 3 * kind_count() + 1 + 2);
	for (size_t k = 0; k < kind_count(); k++) {
		char name[64];

		snprintf(name, sizeof(name), "plots/%s.png", plot_kinds[k]);
		png = read_back(name);
		assert_memory_equal(png, start, sizeof(start));
		free(png);
	}
}

/* What stands in the folder is enough for gnuplot alone. */
static void plots_are_drawn_again_by_hand(void **state)
{
	char *first[KINDS_MAX], *again, names[KINDS_MAX][64], *dir;

	(void)state;
	run_folder_write(&folder, "");
	write_or_skip();
	dir = xasprintf("%s/plots", folder.path);
	for (size_t k = 0; k < kind_count(); k++) {
		char *path;

		snprintf(names[k], sizeof(names[k]), "plots/%s.svg", plot_kinds[k]);
		first[k] = read_back(names[k]);
		path = xasprintf("%s/%s", folder.path, names[k]);
		unlink(path);
		free(path);
	}
	assert_int_equal(draw_by_hand(dir, "panel.gp"), 0);
	for (size_t k = 0; k < kind_count(); k++) {
		again = read_back(names[k]);
		assert_string_equal(again, first[k]);
		free(first[k]);
		free(again);
	}
	free(dir);
}

/* However far totals lie apart: phases of 7.5 us beside a fault of 160 ms. */
static void phases_of_every_series_are_shown(void **state)
{
	static const char *const texts[] = { "160000",
					     "20000",
					     "7.50",
					     "30.0",
					     "60.0",
					     "not measured",
					     "its phases are not known" };
	const char *phase;
	json_t *record, *of;
	char *svg;
	size_t i;

	(void)state;
	json_array_foreach (folder.records, i, record) {
		if (strcmp(json_string_value(json_object_get(record, "series")),
			   "uffd, reader per vCPU"))
			continue;
		json_object_foreach (json_object_get(record, "latency_ns"), phase, of)
			json_object_set_new(of, "mean",
					    json_real(1000 * json_number_value(
								     json_object_get(of, "mean"))));
	}
	run_folder_write(&folder, "");
	write_or_skip();
	svg = read_back("plots/phases.svg");
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		char *text = xasprintf(">%s<", texts[i]);

		if (!strstr(svg, text))
			print_error("no %s in the plot of phases\n", texts[i]);
		assert_non_null(strstr(svg, text));
		free(text);
	}
	free(svg);
}

/* Every point twice, as if there were two fetch models. */
static void second_panel_has_plots_of_its_own(void **state)
{
	size_t count = json_array_size(folder.records);
	char *html, *svg;

	(void)state;
	for (size_t i = 0; i < count; i++) {
		json_t *copy = json_deep_copy(json_array_get(folder.records, i));
		const char *id = json_string_value(json_object_get(copy, "id"));

		json_object_set_new(copy, "fetch", json_string("0"));
		json_object_set_new(copy, "id", json_sprintf("%s again", id));
		json_array_append_new(folder.records, copy);
	}
	run_folder_write(&folder, "");
	write_or_skip();
	assert_int_equal(count_plot_files(), 2 * kind_count() + kind_count() + 1 + 4);
	html = read_back("report.html");
	assert_non_null(strstr(html, "<h3>fetch=0</h3>"));
	assert_non_null(strstr(html, "<h3>fetch=30us</h3>"));
	assert_ids_unique(html);
	free(html);
	svg = read_back("plots/throughput-2.svg");
	assert_non_null(strstr(svg, "fetch 30us, kernel"));
	free(svg);
	svg = read_back("plots/throughput.svg");
	assert_non_null(strstr(svg, "fetch 0, kernel"));
	free(svg);
}

static void folder_may_have_quotes_and_spaces_in_its_name(void **state)
{
	char plain[64];

	(void)state;
	strcpy(plain, folder.path);
	snprintf(folder.path, sizeof(folder.path), "%s it's \"$a\" `b", plain);
	assert_int_equal(rename(plain, folder.path), 0);
	run_folder_write(&folder, "");
	write_or_skip();
	free(read_back("plots/throughput.svg"));
	free(read_back("report.html"));
}

static void report_shows_known_answers(void **state)
{
	char *text;

	(void)state;
	run_folder_write(&folder, "");
	write_or_skip();
	text = read_back("report.html");
	assert_non_null(strstr(text, "None: nothing ran on simulated CPUs in parallel."));
	free(text);
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
	char *text;
	size_t i;

	(void)state;
	json_array_foreach (folder.records, i, record)
		json_object_set_new(record, "settings",
				    json_pack("{s:s}", "thp", "always [madvise] never"));
	run_folder_write(&folder, "");
	write_or_skip();
	text = read_back("report.html");
	assert_non_null(strstr(text, "\nsettings.x86_64.thp: always [madvise] never\n"));
	free(text);
}

static void incomplete_report_says_so(void **state)
{
	char *text;

	(void)state;
	json_object_set_new(folder.run, "complete", json_false());
	json_array_remove(folder.records, 0);
	run_folder_write(&folder, "");
	write_or_skip();
	text = read_back("report.html");
	assert_non_null(strstr(text, "class=\"incomplete\">INCOMPLETE: 10 of 11 points"));
	free(text);
	text = read_back("plots/phases.svg");
	assert_non_null(strstr(text, "INCOMPLETE: 10 of 11 points"));
	free(text);
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

static void missing_gnuplot_is_named(void **state)
{
	char *path = strdup(getenv("PATH"));

	(void)state;
	run_folder_write(&folder, "");
	setenv("PATH", "/nonexistent", 1);
	assert_int_equal(write_report(0, false), -1);
	setenv("PATH", path, 1);
	free(path);
	assert_non_null(strstr(error_text(), "gnuplot-nox"));
}

/* Puts a program called gnuplot before the real one, which does what a shell's lines say. */
static void write_report_with_fake_gnuplot(const char *lines)
{
	char *bin = scratch_make(), *program, *text, *path, *old = strdup(getenv("PATH"));

	assert_non_null(bin);
	text = xasprintf("#!/bin/sh\n%s\n", lines);
	assert_int_equal(file_replace(bin, "gnuplot", text), 0);
	program = xasprintf("%s/gnuplot", bin);
	assert_int_equal(chmod(program, 0700), 0);
	path = xasprintf("%s:%s", bin, old);
	setenv("PATH", path, 1);
	assert_int_equal(write_report(0, false), -1);
	setenv("PATH", old, 1);
	scratch_remove(bin);
	free(program);
	free(text);
	free(path);
	free(old);
}

/* As on a full disk, on which gnuplot ends well nevertheless. */
static void cut_plot_is_refused(void **state)
{
	char path[256];

	(void)state;
	run_folder_write(&folder, "");
	write_report_with_fake_gnuplot("echo '<svg>' >throughput.svg.tmp");
	assert_non_null(strstr(error_text(), "plots/throughput.svg; is the disk full?"));
	snprintf(path, sizeof(path), "%s/plots/throughput.svg", folder.path);
	assert_int_not_equal(access(path, F_OK), 0);
	strcat(path, ".tmp");
	assert_int_not_equal(access(path, F_OK), 0);
	snprintf(path, sizeof(path), "%s/report.html", folder.path);
	assert_int_not_equal(access(path, F_OK), 0);
}

static void what_gnuplot_says_is_shown(void **state)
{
	(void)state;
	run_folder_write(&folder, "");
	write_report_with_fake_gnuplot("echo no such colour >&2; exit 3");
	assert_non_null(strstr(error_text(), "gnuplot failed (3)"));
	assert_non_null(strstr(error_text(), "no such colour"));
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
		const char *name = k < kind_count() ? plot_kinds[k] : "style";
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
		cmocka_unit_test(escaped_text_has_no_markup),
		cmocka_unit_test(template_is_filled),
		cmocka_unit_test(part_that_fails_ends_the_page),
		cmocka_unit_test(svg_ids_get_a_prefix),
		cmocka_unit_test(no_svg_is_refused),
		cmocka_unit_test(histograms_of_repeats_add_up),
		TEST(report_is_whole),
		TEST(png_is_drawn_where_it_is_asked_for),
		TEST(plots_are_drawn_again_by_hand),
		TEST(phases_of_every_series_are_shown),
		TEST(second_panel_has_plots_of_its_own),
		TEST(folder_may_have_quotes_and_spaces_in_its_name),
		TEST(report_shows_known_answers),
		TEST(report_shows_the_settings_that_points_found),
		TEST(incomplete_report_says_so),
		TEST(report_without_times_has_no_plots),
		TEST(vcpus_that_no_point_has_are_refused),
		TEST(missing_gnuplot_is_named),
		TEST(cut_plot_is_refused),
		TEST(what_gnuplot_says_is_shown),
		TEST(missing_root_is_named),
		TEST(unknown_name_in_template_is_refused),
		TEST(file_that_cannot_be_written_is_named),
	};

	setenv("FAULTLINE_ROOT", ".", 0);
	return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
