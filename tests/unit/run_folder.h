/* SPDX-License-Identifier: GPL-2.0-only */
/* Run folders for tests, made from the fixture in fixtures/run. Tests start in the repository's root. */
#ifndef FAULTLINE_RUN_FOLDER_H
#define FAULTLINE_RUN_FOLDER_H

#include "unit.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../harness/run/base/file.h"
#include "../../harness/run/base/util.h"

#define FIXTURE "tests/unit/fixtures/run"

struct run_folder {
	char path[64];
	json_t *run; /* run.json, to be changed before run_folder_write() */
	json_t *records; /* array, the same */
};

static inline void run_folder_init(struct run_folder *folder)
{
	char line[8192];
	FILE *in = fopen(FIXTURE "/points.jsonl", "r");

	assert_non_null(in);
	strcpy(folder->path, "/tmp/faultline-test-XXXXXX");
	assert_non_null(mkdtemp(folder->path));
	folder->run = json_load_file(FIXTURE "/run.json", 0, NULL);
	assert_non_null(folder->run);
	folder->records = json_array();
	while (fgets(line, sizeof(line), in))
		json_array_append_new(folder->records, json_loads(line, 0, NULL));
	fclose(in);
}

/* Writes the files, and tail as it stands behind the records. */
static inline void run_folder_write(const struct run_folder *folder, const char *tail)
{
	char path[128];
	json_t *record;
	FILE *out;
	size_t i;

	snprintf(path, sizeof(path), "%s/run.json", folder->path);
	assert_int_equal(json_dump_file(folder->run, path, 0), 0);
	snprintf(path, sizeof(path), "%s/points.jsonl", folder->path);
	out = fopen(path, "w");
	assert_non_null(out);
	json_array_foreach (folder->records, i, record) {
		assert_int_equal(json_dumpf(record, out, JSON_COMPACT), 0);
		fputc('\n', out);
	}
	fputs(tail, out);
	assert_int_equal(fclose(out), 0);
}

static inline void run_folder_remove(struct run_folder *folder)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/plots", folder->path);
	folder_remove(path);
	folder_remove(folder->path);
	json_decref(folder->records);
	json_decref(folder->run);
}

/* What its simulated CPUs said: one right answer, one wrong. */
static inline void run_folder_add_answers(struct run_folder *folder)
{
	json_t *tests =
		json_pack("[{s:s, s:f, s:f, s:f, s:f, s:b}, {s:s, s:f, s:f, s:f, s:f, s:b}]",
			  "name", "compute", "expected_ns", 2e6, "low_ns", 2e6, "high_ns", 2.02e6,
			  "measured_ns", 2000017.0, "ok", 1, "name", "lock", "expected_ns", 1280.0,
			  "low_ns", 1155.0, "high_ns", 1810.0, "measured_ns", 1999.5, "ok", 0);

	json_object_set_new(folder->run, "known_answers",
			    json_pack("[{s:s, s:i, s:i, s:i, s:i, s:o, s:b}]", "arch", "x86_64",
				      "cpus", 16, "quantum", 500, "coherence_ns", 70, "speed", 4,
				      "tests", tests, "ok", 0));
}

/* For tests that each have one of their own. */
static struct run_folder folder;

static int set_up(void **state)
{
	(void)state;
	run_folder_init(&folder);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	run_folder_remove(&folder);
	return 0;
}

#endif
