/* SPDX-License-Identifier: GPL-2.0-only */
/* A run's folder: run.json, points.jsonl, logs/. */
#ifndef FAULTLINE_STORE_H
#define FAULTLINE_STORE_H

#include <jansson.h>
#include <sys/types.h>

#include "../base/util.h"
#include "points.h"

#define RUN_SCHEMA_VERSION 2 /* of run.json, as results/schema/ has it */

struct store {
	char *dir;
	char *logs;
	int points_fd;
	off_t points_bytes; /* of whole lines */
};

/*
 * Where a run goes by default: a new folder of $root/results/runs named after time and name, with
 * a suffix where another faultline was faster. Returns it, which the caller frees, or NULL after
 * error().
 */
char *store_default_dir(const char *root, const char *name);

/*
 * Makes a new folder. Refuses one that holds anything. Returns 0, or -1 after error().
 */
int store_create(struct store *store, const char *dir);

/* The run.json of a folder, or NULL after error(). */
json_t *store_load_run(const char *dir);

/*
 * Opens the folder of a run to resume it. Fills run with run.json and records with those that
 * are ok or skipped; the others, and a last line cut short, are taken out of points.jsonl.
 * Returns 0, or -1 after error(); what was filled is the caller's to free, either way.
 */
int store_resume(struct store *store, const char *dir, json_t **run, struct records *records);

/* Keeps a copy of a text file in the folder. Returns 0, or -1 after error(). */
int store_keep(struct store *store, const char *path, const char *name);

/* Writes run.json, whole or not at all. Returns 0, or -1 after error(). */
int store_write_run(struct store *store, const json_t *run);

/* Appends a line to points.jsonl, whole or not at all. Returns 0, or -1 after error(). */
int store_append(struct store *store, const json_t *record);

void store_close(struct store *store);

#endif
