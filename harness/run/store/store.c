// SPDX-License-Identifier: GPL-2.0-only
#include "store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "record.h"
#include "../base/file.h"
#include "../base/json.h"

static char *in_dir(const struct store *store, const char *name)
{
	return xasprintf("%s/%s", store->dir, name);
}

static int is_entry(const struct dirent *entry)
{
	return strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..");
}

/* Whether there is nothing in it. */
static bool folder_is_empty(const char *path)
{
	struct dirent **entries;
	int n = scandir(path, &entries, is_entry, NULL);

	for (int i = 0; i < n; i++)
		free(entries[i]);
	if (n >= 0)
		free(entries);
	return n == 0;
}

char *store_default_dir(const char *root, const char *name)
{
	time_t now = time(NULL);
	char stamp[32];
	struct tm tm;
	char *path, *dir;

	gmtime_r(&now, &tm);
	strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", &tm);
	path = xasprintf("%s/results/runs/%s-%s", root, stamp, name);
	dir = folder_make_new(path);
	if (!dir)
		error("cannot make the folder %s: %s; choose another place for the results", path,
		      strerror(errno));
	free(path);
	return dir;
}

/* Which process has the lock on the file, as " (process 12)"; "" where that cannot be told. */
static const char *lock_holder(const struct stat *st, char buf[32])
{
	FILE *locks = fopen("/proc/locks", "re");
	unsigned long long inode;
	char line[256];
	int pid;

	buf[0] = '\0';
	while (locks && fgets(line, sizeof(line), locks))
		if (sscanf(line, "%*s FLOCK %*s WRITE %d %*x:%*x:%llu", &pid, &inode) == 2 &&
		    inode == st->st_ino && pid > 0)
			snprintf(buf, 32, " (process %d)", pid);
	if (locks)
		fclose(locks);
	return buf;
}

static int open_points(struct store *store)
{
	char *path = in_dir(store, "points.jsonl");
	struct stat st, now;
	char holder[32];
	bool is_locked, is_there;

	store->points_fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	if (store->points_fd < 0 || fstat(store->points_fd, &st)) {
		error("cannot write %s: %s", path, strerror(errno));
		free(path);
		return -1;
	}
	store->points_bytes = st.st_size;
	is_locked = !flock(store->points_fd, LOCK_EX | LOCK_NB);
	/* Another one may have put a file in its place in between, and hold the lock of that. */
	is_there = !stat(path, &now) && now.st_dev == st.st_dev && now.st_ino == st.st_ino;
	free(path);
	if (is_locked && is_there)
		return 0;
	return error("another faultline%s is at work in %s", lock_holder(&st, holder), store->dir);
}

int store_create(struct store *store, const char *dir)
{
	*store = (struct store){ .points_fd = -1, .dir = xstrdup(dir) };
	store->logs = in_dir(store, "logs");
	if (folders_make(store->dir))
		return error("cannot make the results folder %s: %s; choose another with "
			     "--out DIR",
			     store->dir, strerror(errno));
	if (!folder_is_empty(store->dir))
		return error("%s is not an empty folder; choose another with --out DIR, or "
			     "resume a run in it with --resume",
			     store->dir);
	if (folders_make(store->logs))
		return error("cannot write in the results folder %s: %s; choose another "
			     "with --out DIR",
			     store->dir, strerror(errno));
	return open_points(store);
}

int store_keep(struct store *store, const char *path, const char *name)
{
	char *text = file_read_exact(path);
	int failed = -1;

	if (text)
		failed = file_replace(store->dir, name, text);
	else
		error("cannot read %s: %s", path, strerror(errno));
	free(text);
	return failed;
}

int store_write_run(struct store *store, const json_t *run)
{
	char *json = json_dump(run, JSON_INDENT(2));
	struct text text;

	fprintf(text_open(&text), "%s\n", json);
	free(json);
	return text_store(&text, store->dir, "run.json");
}

int store_append(struct store *store, const json_t *record)
{
	char *dump = record_dump(record);
	char *line = xasprintf("%s\n", dump);
	size_t n = strlen(line);
	int code = 0;

	if (write_all(store->points_fd, line, n) || fdatasync(store->points_fd)) {
		code = errno;
		error("cannot write %s/points.jsonl: %s%s", store->dir, strerror(code),
		      ftruncate(store->points_fd, store->points_bytes) ?
			      "; its last line may be cut short" :
			      "");
	} else {
		store->points_bytes += (off_t)n;
	}
	free(line);
	free(dump);
	return code ? -1 : 0;
}

/* Leaves those records in points.jsonl, and in the list, that need not be measured again. */
static int keep_good_points(struct store *store, struct records *records)
{
	struct text text;
	FILE *out = text_open(&text);
	size_t kept = 0;

	for (size_t i = 0; i < records->n; i++) {
		struct record *record = &records->v[i];
		char *line;

		if (!record_is_settled(record)) {
			json_decref(record->json);
			continue;
		}
		line = record_dump(record->json);
		fprintf(out, "%s\n", line);
		free(line);
		records->v[kept++] = *record;
	}
	records->n = kept;
	return text_store(&text, store->dir, "points.jsonl");
}

json_t *store_load_run(const char *dir)
{
	char *path = xasprintf("%s/run.json", dir);
	json_error_t cause;
	json_t *run = json_load_file(path, 0, &cause);

	if (!run)
		error("%s is not the folder of a run: cannot read %s: %s", dir, path, cause.text);
	else if (json_number_of(run, "schema") != RUN_SCHEMA_VERSION)
		error("%s: \"schema\" is not %d; use the faultline that wrote it", path,
		      RUN_SCHEMA_VERSION);
	else {
		free(path);
		return run;
	}
	free(path);
	json_decref(run);
	return NULL;
}

int store_resume(struct store *store, const char *dir, json_t **run, struct records *records)
{
	*store = (struct store){ .points_fd = -1, .dir = xstrdup(dir) };
	*records = (struct records){ 0 };
	store->logs = in_dir(store, "logs");
	*run = store_load_run(dir);
	if (!*run)
		return -1;
	/* First the lock, on the file as it is; then again on the one that takes its place. */
	if (open_points(store) || records_read(records, dir) || keep_good_points(store, records))
		return -1;
	close(store->points_fd);
	if (folders_make(store->logs))
		return error("cannot make %s: %s", store->logs, strerror(errno));
	return open_points(store);
}

void store_close(struct store *store)
{
	if (store->points_fd >= 0)
		close(store->points_fd);
	free(store->dir);
	free(store->logs);
	*store = (struct store){ .points_fd = -1 };
}
