/* SPDX-License-Identifier: GPL-2.0-only */
/* A run's folder: run.json, points.jsonl, logs/. */
#ifndef FAULTLINE_STORE_H
#define FAULTLINE_STORE_H

#include <jansson.h>
#include <sys/types.h>

#include "util.h"

#define RUN_SCHEMA_VERSION 2 /* of run.json, as results/schema/ has it */

struct store {
	char *dir;
	char *logs;
	int points_fd;
	off_t points_bytes; /* of whole lines */
};

/*
 * Makes a new folder: dir, or one under $root/results/runs named after time,
 * sweep and tier when dir is NULL. Refuses a folder that holds anything.
 * Returns 0, or -1 with a message in err.
 */
int store_create(struct store *store, const char *root, const char *dir, const char *sweep,
		 const char *tier, char *err, size_t err_size);

/* The run.json of a folder, or NULL with a message in err. */
json_t *store_load_run(const char *dir, char *err, size_t err_size);

/*
 * Opens the folder of a run to go on with it. Fills run with run.json and records with an array of
 * those records that are ok or skipped; the others, and a last line cut short, are
 * taken out of points.jsonl. Returns 0, or -1 with a message in err.
 */
int store_resume(struct store *store, const char *dir, json_t **run, json_t **records, char *err,
		 size_t err_size);

/* Keeps a copy of a text file in the folder. Returns 0, or -1 with a message in err. */
int store_keep(struct store *store, const char *path, const char *name, char *err, size_t err_size);

/* Writes run.json, whole or not at all. Returns 0, or -1 with a message in err. */
int store_write_run(struct store *store, const json_t *run, char *err, size_t err_size);

/* Appends a line to points.jsonl, whole or not at all. Returns 0, or -1 with a message in err. */
int store_append(struct store *store, const json_t *record, char *err, size_t err_size);

void store_close(struct store *store);

#endif
