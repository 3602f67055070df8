/* SPDX-License-Identifier: GPL-2.0-only */
/* For tests of the files of a report: each has a run folder of its own, see run_folder.h. */
#ifndef FAULTLINE_REPORT_FOLDER_H
#define FAULTLINE_REPORT_FOLDER_H

#include "run_folder.h"

#include <dirent.h>

#include "../../harness/run/report/plot.h"
#include "../../harness/run/report/report.h"
#include "../../harness/run/base/spawn.h"

/* A file of the run folder as text; the caller frees. */
static inline char *read_back(const char *name)
{
	char *path = xasprintf("%s/%s", folder.path, name), *text = file_read(path);

	if (!text)
		print_error("no %s\n", path);
	assert_non_null(text);
	free(path);
	return text;
}

/* vcpus: where distribution and phases are shown, or 0. */
static inline int write_report(unsigned int vcpus, bool png)
{
	struct run_data run;
	int failed = run_data_load(&run, folder.path, vcpus);

	if (failed)
		return failed;
	failed = report_write(&run, folder.path, png);
	run_data_free(&run);
	return failed;
}

static inline void write_or_skip(void)
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
static inline void assert_ids_unique(const char *html)
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

static inline size_t count_plot_files(void)
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

#define KINDS_MAX 16

/* The name of the how many-eth plot, from 0, that every panel has; NULL beyond the last one. */
static inline const char *kind_name(size_t number)
{
	const struct plot_kind *kind = plot_kinds;

	for (; kind->name && (kind->is_for || number); kind++)
		number -= !kind->is_for;
	return kind->name;
}

/* How many plots every panel has. */
static inline size_t kind_count(void)
{
	size_t count = 0;

	while (kind_name(count))
		count++;
	assert_true(count && count <= KINDS_MAX);
	return count;
}

/* Fails when a file of the run folder lacks the part. */
static inline void assert_file_has(const char *name, const char *part)
{
	char *text = read_back(name);

	if (!strstr(text, part))
		print_error("no '%s' in %s\n", part, name);
	assert_non_null(strstr(text, part));
	free(text);
}

#endif
