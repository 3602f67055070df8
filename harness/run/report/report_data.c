// SPDX-License-Identifier: GPL-2.0-only
#include "report_data.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "report_cells.h"
#include "../store/store.h"
#include "../base/util.h"

/*
 * Keys that say under which conditions a fault was measured, not how it was
 * resolved. What differs in one of the first is never in one table or on one
 * axis. The last two may vary between series and vCPU counts (as when all points
 * have the same pages in all, or a CPU for each vCPU), but not at one vCPU count of one series: that
 * would take different points for repeats of one.
 */
static const char *const condition_keys[] = { "tier",	   "arch",  "workload", "access", "backing",
					      "fault",	   "gic",   "wait",	"fetch",  "quantum",
					      "coherence", "speed", "cpus",	"pages" };
#define CONDITIONS (sizeof(condition_keys) / sizeof(condition_keys[0]))
#define ALWAYS_APART 12

/* Keys of the mechanism: points that differ in one of these become series of their own. */
static const char *const mechanism_keys[] = { "mode", "uffds", "readers", "handler" };
#define MECHANISMS (sizeof(mechanism_keys) / sizeof(mechanism_keys[0]))

const char *json_text(const json_t *object, const char *name, char *buf, size_t size)
{
	const json_t *value = json_object_get(object, name);

	if (json_is_string(value))
		snprintf(buf, size, "%s", json_string_value(value));
	else if (json_is_integer(value))
		snprintf(buf, size, "%lld", (long long)json_integer_value(value));
	else
		snprintf(buf, size, "%s", "");
	return buf;
}

static bool is_status(const json_t *record, const char *status)
{
	const char *s = json_string_value(json_object_get(record, "status"));

	return s && !strcmp(s, status);
}

static const char *base_label(const json_t *record)
{
	const char *label = json_string_value(json_object_get(record, "series"));

	return label ? label : json_string_value(json_object_get(record, "mode"));
}

/* A record of these is grouped by: a line that lacks them is no record. */
static bool is_record(const json_t *record)
{
	static const char *const texts[] = { "id", "mode", "tier", "status" };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (!json_is_string(json_object_get(record, texts[i])))
			return false;
	return json_integer_value(json_object_get(record, "vcpus")) > 0;
}

/*
 * A point that was tried again has two records; the later one counts. Two
 * series may well have a point in common: with one vCPU, "a reader per vCPU" is
 * one reader.
 */
static void add_record(json_t *records, json_t *index, json_t *record)
{
	char *name = xasprintf("%s\n%s", base_label(record),
			       json_string_value(json_object_get(record, "id")));
	const json_t *known = json_object_get(index, name);

	if (known) {
		json_array_set(records, json_integer_value(known), record);
	} else {
		json_object_set_new(index, name, json_integer(json_array_size(records)));
		json_array_append(records, record);
	}
	free(name);
}

static int read_lines(FILE *in, const char *path, json_t *records)
{
	json_t *index = json_object();
	char *line = NULL;
	size_t size = 0, number = 0;
	ssize_t length;
	int ret = 0;

	while (!ret && (length = getline(&line, &size, in)) > 0) {
		json_t *record;

		number++;
		/* Killed while it wrote: --resume measures this point again. */
		if (line[length - 1] != '\n')
			break;
		record = json_loads(line, 0, NULL);
		if (record && is_record(record)) {
			add_record(records, index, record);
		} else {
			error("%s:%zu: not a record of a point; remove the line, then resume the run",
			      path, number);
			ret = -1;
		}
		json_decref(record);
	}
	if (!ret && ferror(in)) {
		error("cannot read %s: %s", path, strerror(errno));
		ret = -1;
	}
	free(line);
	json_decref(index);
	return ret;
}

static int compare_records(const void *a, const void *b)
{
	const json_t *x = *(json_t *const *)a, *y = *(json_t *const *)b;
	int order = strcmp(json_string_value(json_object_get(x, "id")),
			   json_string_value(json_object_get(y, "id")));

	return order ? order : strcmp(base_label(x), base_label(y));
}

/* Points ran in a shuffled order; what is made of them should not depend on it. */
static json_t *sorted_records(json_t *records)
{
	size_t count = json_array_size(records);
	json_t **list = xcalloc(count + 1, sizeof(json_t *)), *sorted = json_array();

	for (size_t i = 0; i < count; i++)
		list[i] = json_array_get(records, i);
	qsort(list, count, sizeof(json_t *), compare_records);
	for (size_t i = 0; i < count; i++)
		json_array_append(sorted, list[i]);
	free(list);
	json_decref(records);
	return sorted;
}

static json_t *load_records(const char *run_dir)
{
	json_t *records;
	char path[4096];
	FILE *in;

	snprintf(path, sizeof(path), "%s/points.jsonl", run_dir);
	in = fopen(path, "r");
	if (!in) {
		error("cannot open %s: %s; is this the folder of a run?", path, strerror(errno));
		return NULL;
	}
	records = json_array();
	if (read_lines(in, path, records)) {
		json_decref(records);
		records = NULL;
	}
	fclose(in);
	return records ? sorted_records(records) : NULL;
}

static json_t *load_run(const char *run_dir)
{
	json_t *run = store_load_run(run_dir);

	if (!run)
		return NULL;
	if (!json_is_string(json_object_get(run, "sweep")) ||
	    !json_is_string(json_object_get(run, "tier")) ||
	    !json_is_boolean(json_object_get(run, "complete"))) {
		error("%s/run.json: \"sweep\", \"tier\" or \"complete\" is missing", run_dir);
		json_decref(run);
		return NULL;
	}
	return run;
}

/* "backing=anon fetch=30us": the record's values of the keys that set it apart. */
static void values_apart(const json_t *record, const char *const *keys, size_t count,
			 const bool *apart, char *buf, size_t size)
{
	char value[128];
	size_t n = 0;

	buf[0] = '\0';
	for (size_t k = 0; k < count; k++)
		if (apart[k] && n < size)
			n += snprintf(buf + n, size - n, "%s%s=%s", n ? " " : "", keys[k],
				      json_text(record, keys[k], value, sizeof(value)));
}

/*
 * The keys, of those given, in which two records of one series and vCPU count, measured
 * under the same conditions otherwise, differ. apart[] gets a true for each.
 */
static void find_differences(const json_t *records, const char *const *keys, size_t count,
			     bool *apart)
{
	json_t *first = json_object(); /* series and vCPU count to the first record of these */
	const json_t *record;
	size_t r;

	json_array_foreach (records, r, record) {
		char name[1024], conditions[512], a[128], b[128];
		bool all[ALWAYS_APART];
		json_t *other;

		memset(all, true, sizeof(all));
		values_apart(record, condition_keys, ALWAYS_APART, all, conditions,
			     sizeof(conditions));
		snprintf(name, sizeof(name), "%s\n%s\n%s", json_text(record, "vcpus", a, sizeof(a)),
			 base_label(record), conditions);
		other = json_object_get(first, name);
		if (!other) {
			json_object_set(first, name, (json_t *)record);
			continue;
		}
		for (size_t k = 0; k < count; k++)
			if (strcmp(json_text(record, keys[k], a, sizeof(a)),
				   json_text(other, keys[k], b, sizeof(b))))
				apart[k] = true;
	}
	json_decref(first);
}

/* A key that records of older runs do not have is the same in all of them. */
static bool differ(const json_t *a, const json_t *b)
{
	return (a || b) && !json_equal(a, b);
}

/* Sets apart[] where not all records have the same value of the key. */
static void find_values(const json_t *records, const char *const *keys, size_t count, bool *apart)
{
	const json_t *record, *first = json_array_get(records, 0);
	size_t r;

	json_array_foreach (records, r, record) {
		for (size_t k = 0; k < count; k++)
			apart[k] |= differ(json_object_get(record, keys[k]),
					   json_object_get(first, keys[k]));
	}
}

static struct panel *find_panel(struct run_data *run, const char *key)
{
	struct panel *panel;

	for (size_t i = 0; i < run->panel_count; i++)
		if (!strcmp(run->panels[i].key, key))
			return &run->panels[i];
	run->panels = xreallocarray(run->panels, run->panel_count + 1, sizeof(*panel));
	panel = &run->panels[run->panel_count++];
	*panel = (struct panel){ .key = xstrdup(key), .records = json_array() };
	return panel;
}

static int compare_panels(const void *a, const void *b)
{
	return strcmp(((const struct panel *)a)->key, ((const struct panel *)b)->key);
}

static void split_panels(struct run_data *run)
{
	bool apart[CONDITIONS] = { false };
	json_t *record;
	size_t r;

	find_differences(run->records, condition_keys, CONDITIONS, apart);
	find_values(run->records, condition_keys, ALWAYS_APART, apart);
	json_array_foreach (run->records, r, record) {
		struct panel *panel;
		char key[512];

		values_apart(record, condition_keys, CONDITIONS, apart, key, sizeof(key));
		panel = find_panel(run, key);
		panel->tier = json_string_value(json_object_get(record, "tier"));
		json_array_append(panel->records, record);
	}
	if (run->panel_count)
		qsort(run->panels, run->panel_count, sizeof(*run->panels), compare_panels);
}

/* The record's label in the legend; longer where the series alone would mix mechanisms. */
static void full_label(const json_t *record, const bool *apart, char *buf, size_t size)
{
	char more[256];
	const char *shown = more;

	values_apart(record, mechanism_keys, MECHANISMS, apart, more, sizeof(more));
	/* A mode needs no key before it. */
	if (!strncmp(more, "mode=", 5))
		shown += 5;
	snprintf(buf, size, "%s%s%s", base_label(record), shown[0] ? ": " : "", shown);
}

static json_t *series_records(json_t *by_label, const char *label)
{
	json_t *list = json_object_get(by_label, label);

	if (!list) {
		list = json_array();
		json_object_set_new(by_label, label, list);
	}
	return list;
}

/* Series stand in the order of the sweep file, though points ran in another. */
static void group_panel(const struct run_data *run, struct panel *panel)
{
	json_t *order = json_object_get(json_object_get(run->run, "plan"), "series");
	json_t *by_label = json_object(), *list, *record, *name;
	bool apart[MECHANISMS] = { false };
	const char *label;
	size_t r;

	find_differences(panel->records, mechanism_keys, MECHANISMS, apart);
	json_array_foreach (order, r, name) {
		size_t i;

		json_array_foreach (panel->records, i, record) {
			char text[512];

			if (!json_is_string(name) ||
			    strcmp(base_label(record), json_string_value(name)))
				continue;
			full_label(record, apart, text, sizeof(text));
			series_records(by_label, text);
		}
	}
	json_array_foreach (panel->records, r, record) {
		char text[512];

		full_label(record, apart, text, sizeof(text));
		json_array_append(series_records(by_label, text), record);
	}
	panel->series = xcalloc(json_object_size(by_label) + 1, sizeof(*panel->series));
	json_object_foreach (by_label, label, list)
		series_init(panel, &panel->series[panel->series_count++], label, list);
	json_decref(by_label);
}

/* A number of vCPUs that no panel has would be passed over without a word. */
static int check_shown_vcpus(const struct run_data *run)
{
	if (!run->shown_vcpus)
		return 0;
	for (size_t p = 0; p < run->panel_count; p++)
		if (panel_shown_vcpus(run, &run->panels[p]) == run->shown_vcpus)
			return 0;
	return error("no point of this run with %u vCPUs has times", run->shown_vcpus);
}

int run_data_load(struct run_data *run, const char *run_dir, unsigned int vcpus)
{
	const json_t *record;
	size_t i;

	*run = (struct run_data){ .run = load_run(run_dir), .shown_vcpus = vcpus };
	if (!run->run)
		return -1;
	run->records = load_records(run_dir);
	if (!run->records) {
		json_decref(run->run);
		return -1;
	}
	run->complete = json_is_true(json_object_get(run->run, "complete"));
	run->planned = json_integer_value(json_object_get(run->run, "total"));
	json_array_foreach (run->records, i, record) {
		run->done += is_status(record, "ok") || is_status(record, "skipped");
		run->failed += is_status(record, "failed");
	}
	split_panels(run);
	for (i = 0; i < run->panel_count; i++)
		group_panel(run, &run->panels[i]);
	if (!check_shown_vcpus(run))
		return 0;
	run_data_free(run);
	return -1;
}

void run_data_free(struct run_data *run)
{
	for (size_t i = 0; i < run->panel_count; i++) {
		struct panel *panel = &run->panels[i];

		for (size_t s = 0; s < panel->series_count; s++)
			series_fini(&panel->series[s]);
		free(panel->series);
		free(panel->key);
		json_decref(panel->records);
	}
	free(run->panels);
	json_decref(run->records);
	json_decref(run->run);
}

/* Keys that only say something where simulated CPUs run in parallel. */
static bool is_about_cpus(const char *key)
{
	return !strcmp(key, "quantum") || !strcmp(key, "coherence") || !strcmp(key, "speed");
}

const char *panel_conditions(const struct panel *panel, char *buf, size_t size)
{
	char value[128];
	size_t n = 0;

	buf[0] = '\0';
	for (size_t k = 0; k < CONDITIONS && n < size; k++) {
		/* These have places of their own in headers and captions. */
		if (!strcmp(condition_keys[k], "tier") || !strcmp(condition_keys[k], "arch") ||
		    !strcmp(condition_keys[k], "fetch"))
			continue;
		if (is_about_cpus(condition_keys[k]) &&
		    (!panel_is_manycore(panel) ||
		     !*panel_values(panel, condition_keys[k], value, sizeof(value))))
			continue;
		if (!strcmp(condition_keys[k], "cpus") && strcmp(panel->tier, "simulated"))
			continue;
		/* What few points have is worth a word there only. */
		if (!strcmp(condition_keys[k], "gic") &&
		    strcmp(panel_values(panel, "gic", value, sizeof(value)), "v3"))
			continue;
		n += snprintf(buf + n, size - n, "%s%s=%s", n ? " " : "", condition_keys[k],
			      panel_values(panel, condition_keys[k], value, sizeof(value)));
	}
	return buf;
}
