// SPDX-License-Identifier: GPL-2.0-only
/* The plots of a report, and what the run folder keeps of them. */
#include "report_folder.h"

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

		snprintf(name, sizeof(name), "plots/%s.png", kind_name(k));
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

		snprintf(names[k], sizeof(names[k]), "plots/%s.svg", kind_name(k));
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

/* Adds records of one series that differ in their handler threads alone, as points finish. */
static void add_readers(unsigned int count)
{
	static const int readers[] = { 16, 1, 2 };
	json_t *record = json_array_get(folder.records, 0);

	for (unsigned int i = 0; i < count; i++) {
		json_t *other = json_deep_copy(record);

		json_object_set_new(other, "vcpus", json_integer(8));
		json_object_set_new(other, "readers", json_integer(readers[i]));
		json_array_append_new(folder.records, other);
	}
}

/* Of the block of the first curve: its rows begin with the number of readers. */
static void throughput_is_shown_against_readers_where_they_vary(void **state)
{
	char *text, *row, *end;

	(void)state;
	add_readers(3);
	run_folder_write(&folder, "");
	write_or_skip();
	assert_int_equal(count_plot_files(), 2 * (kind_count() + 1) + 1 + 2);
	assert_file_has("plots/readers.svg", ">userfault, 8 vCPUs<");
	assert_file_has("plots/panel.gp", "readers_count = 1\n");
	assert_file_has("report.html", "readers-1-");
	text = read_back("plots/panel.dat");
	row = strstr(text, "# readers 1:");
	assert_non_null(row);
	for (const char *const *expected = (const char *const[]){ "1", "2", "16", NULL }; *expected;
	     expected++) {
		row = strchr(row, '\n') + 1;
		end = strchr(row, ' ');
		assert_int_equal(end - row, strlen(*expected));
		assert_memory_equal(row, *expected, end - row);
	}
	free(text);
}

static void two_numbers_of_readers_are_no_course(void **state)
{
	char *path = xasprintf("%s/plots/readers.svg", folder.path);

	(void)state;
	add_readers(2);
	run_folder_write(&folder, "");
	write_or_skip();
	assert_file_has("plots/panel.gp", "readers_count = 0\n");
	assert_int_equal(access(path, F_OK), -1);
	free(path);
}

/* Every point twice, as if there were two fetch models. */
static void second_panel_has_plots_of_its_own(void **state)
{
	size_t count = json_array_size(folder.records);
	char *html;

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
	assert_file_has("plots/throughput-2.svg", "fetch 30us, kernel");
	assert_file_has("plots/throughput.svg", "fetch 0, kernel");
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

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(png_is_drawn_where_it_is_asked_for),
		TEST(plots_are_drawn_again_by_hand),
		TEST(phases_of_every_series_are_shown),
		TEST(throughput_is_shown_against_readers_where_they_vary),
		TEST(two_numbers_of_readers_are_no_course),
		TEST(second_panel_has_plots_of_its_own),
		TEST(folder_may_have_quotes_and_spaces_in_its_name),
		TEST(missing_gnuplot_is_named),
		TEST(cut_plot_is_refused),
		TEST(what_gnuplot_says_is_shown),
	};

	setenv("FAULTLINE_ROOT", ".", 0);
	return cmocka_run_group_tests_name("plots", tests, NULL, NULL);
}
