// SPDX-License-Identifier: GPL-2.0-only
#include "groups.h"

#include <stdlib.h>
#include <string.h>

#include "../plan/keyset.h"
#include "../store/store.h"
#include "../base/json.h"

/* In what order records stand: by their series, as in the sweep, if that is to count; then by keys. */
struct order {
	bool by_series;
	const json_t *series; /* names */
	keyset keys;
};

static size_t rank_of(const json_t *series, const char *name)
{
	const json_t *known;
	size_t i;

	json_array_foreach (series, i, known)
		if (json_is_string(known) && !strcmp(json_string_value(known), name))
			break;
	return i;
}

static int compare_series(const json_t *series, const char *a, const char *b)
{
	size_t r = rank_of(series, a), s = rank_of(series, b);

	/* Those that a search found stand by their numbers. */
	return r != s ? (r > s) - (r < s) : strverscmp(a, b);
}

static int compare_records(const void *a, const void *b, void *order)
{
	const struct record *x = a, *y = b;
	const struct order *by = order;
	int result = by->by_series ? compare_series(by->series, x->series, y->series) : 0;

	for (size_t i = 0; i < point_keys_count && !result; i++) {
		if (!keyset_has(by->keys, i))
			continue;
		/* Counts that follow the vCPUs are all the same, and come last. */
		result = keyset_has(x->per_vcpu, i) - keyset_has(y->per_vcpu, i);
		if (!result && !keyset_has(x->per_vcpu, i))
			result = point_key_compare(&x->point, &y->point, &point_keys[i]);
	}
	return result;
}

static void sort(struct record *records, size_t count, struct order order)
{
	if (count)
		qsort_r(records, count, sizeof(*records), compare_records, &order);
}

/* How many records from the first on are the same in that order. */
static size_t stretch(const struct record *records, size_t count, struct order order)
{
	size_t n = 1;

	while (n < count && !compare_records(&records[0], &records[n], &order))
		n++;
	return n;
}

/* What was measured under other conditions whatever else differs. */
static keyset independent_conditions(void)
{
	keyset keys = keyset_of_role(ROLE_CONDITION);

	for (size_t i = 0; i < point_keys_count; i++)
		if (keyset_followed(&point_keys[i]))
			keys &= ~keyset_of(point_keys[i].name);
	return keys;
}

/*
 * Whether records differ in the key; where it may follow from others, whether they do so though
 * they agree in these. May sort the records.
 */
static bool is_apart(struct record *records, size_t count, const struct key *key)
{
	keyset followed = keyset_followed(key);
	struct order same = { 0 };

	if (followed) {
		/* A sweep may give a series, by its name, more CPUs than another. */
		same.by_series = true;
		same.keys = followed | independent_conditions();
		sort(records, count, same);
	}
	for (size_t i = 1; i < count; i++)
		if (!compare_records(&records[i - 1], &records[i], &same) &&
		    point_key_compare(&records[i - 1].point, &records[i].point, key))
			return true;
	return false;
}

static keyset keys_apart(struct record *records, size_t count, enum key_role role)
{
	keyset apart = 0;

	for (size_t i = 0; i < point_keys_count; i++)
		if (point_keys[i].role == role && is_apart(records, count, &point_keys[i]))
			apart |= keyset_of(point_keys[i].name);
	return apart;
}

/*
 * A point that was tried again has two records; the later one counts. Two series may well have
 * a point in common: with one vCPU, "a reader per vCPU" is one reader.
 */
static void drop_earlier_records(struct records *records, const json_t *series)
{
	struct order same = { true, series, keyset_identity() };
	size_t kept = 0, n;

	sort(records->v, records->n, same);
	for (size_t i = 0; i < records->n; i += n) {
		size_t latest = i;

		n = stretch(&records->v[i], records->n - i, same);
		for (size_t k = i; k < i + n; k++)
			if (records->v[k].line > records->v[latest].line)
				latest = k;
		for (size_t k = i; k < i + n; k++)
			if (k != latest)
				json_decref(records->v[k].json);
		records->v[kept++] = records->v[latest];
	}
	records->n = kept;
}

/* Whether the record has as many of these as vCPUs, and no other one as many at another vCPU count. */
static bool is_per_vcpu(const struct record *record, const struct record *records, size_t count,
			const struct key *key)
{
	for (size_t i = 0; i < count; i++)
		if (records[i].point.vcpus != point_unsigned(&records[i].point, key) &&
		    !point_key_compare(&records[i].point, &record->point, key))
			return false;
	return true;
}

/*
 * Finds the counts that were asked for as "per-vcpu": records have numbers only. It takes two
 * that follow the vCPUs to say so.
 */
static void find_per_vcpu(struct record *records, size_t count, const struct key *key)
{
	const struct record *first = NULL;
	bool vary = false;

	for (size_t i = 0; i < count; i++) {
		if (!is_per_vcpu(&records[i], records, count, key))
			continue;
		first = first ? first : &records[i];
		vary |= records[i].point.vcpus != first->point.vcpus;
	}
	for (size_t i = 0; i < count && vary; i++)
		if (is_per_vcpu(&records[i], records, count, key))
			records[i].per_vcpu |= keyset_of(key->name);
}

/* These keys of a record's point, with "per-vcpu" where that was asked for. Caller frees. */
static char *words_of(const struct record *record, keyset keys)
{
	struct point named = record->point;

	for (size_t i = 0; i < point_keys_count; i++)
		if (keyset_has(record->per_vcpu, i))
			point_set(&named, point_keys[i].name, "per-vcpu");
	return point_text(&named, keys);
}

/* "userfault", or longer where the sweep's series alone would mix mechanisms. Caller frees. */
static char *label_of(const struct record *record, keyset apart)
{
	char *more = words_of(record, apart), *label;
	/* A mode needs no key before it. */
	const char *shown = more + (strncmp(more, "mode=", strlen("mode=")) ? 0 : strlen("mode="));

	label = xasprintf("%s%s%s", record->series, *shown ? ": " : "", shown);
	free(more);
	return label;
}

/* Where handlers run says much of what they can do; of simulated CPUs it follows from the numbers. */
static const char *place_of_handlers(const struct point *p)
{
	if (!point_handlers(p) || !tier_kinds[p->tier].is_simulated || !point_is_manycore(p))
		return "";
	return p->cpus >= p->vcpus + point_handlers(p) ? ", handlers on CPUs of their own" :
							 ", handlers share CPUs with vCPUs";
}

/*
 * "mode=uffd uffds=1 readers=per-vcpu handler=inline", whatever a sweep calls it, and where handlers
 * run. Caller frees.
 */
static char *mechanism_of(const struct record *record)
{
	char *words, *mechanism;
	keyset keys = keyset_of("mode");

	for (size_t i = 0; i < point_keys_count; i++) {
		const struct key *key = &point_keys[i];
		bool says = point_key_applies(&record->point, key) &&
			    (!key->is_of_handlers || point_handlers(&record->point));

		if (key->role == ROLE_MECHANISM && says)
			keys |= keyset_of(key->name);
	}
	words = words_of(record, keys);
	mechanism = xasprintf("%s%s", words, place_of_handlers(&record->point));
	free(words);
	return mechanism;
}

/* The sweep's series may have to become several, all with records of one mechanism. */
static void split_series(struct panel *panel, struct record *records, size_t count)
{
	keyset apart = keys_apart(records, count, ROLE_MECHANISM);
	struct order same = { .keys = apart };

	for (size_t i = 0; i < point_keys_count; i++)
		if (point_keys[i].role == ROLE_MECHANISM && point_keys[i].kind == KEY_COUNT)
			find_per_vcpu(records, count, &point_keys[i]);
	sort(records, count, same);
	for (size_t i = 0, n; i < count; i += n) {
		n = stretch(&records[i], count - i, same);
		panel->series = xreallocarray(panel->series, panel->series_count + 1,
					      sizeof(*panel->series));
		series_init(&panel->series[panel->series_count], label_of(&records[i], apart),
			    mechanism_of(&records[i]), &records[i], n);
		for (size_t s = 0; s < panel->series_count; s++)
			panel->series[panel->series_count].variant +=
				panel->series[s].mode == panel->series[panel->series_count].mode;
		panel->series_count++;
	}
}

void vcpus_add(unsigned int **list, size_t *count, unsigned int vcpus)
{
	size_t at = 0;

	while (at < *count && (*list)[at] < vcpus)
		at++;
	if (at < *count && (*list)[at] == vcpus)
		return;
	*list = xreallocarray(*list, *count + 1, sizeof(**list));
	memmove(*list + at + 1, *list + at, (*count - at) * sizeof(**list));
	(*list)[at] = vcpus;
	(*count)++;
}

const struct series *panel_series(const struct panel *panel, const char *label)
{
	for (size_t s = 0; s < panel->series_count; s++)
		if (!strcmp(panel->series[s].label, label))
			return &panel->series[s];
	return NULL;
}

/* Fills in the vCPU counts of a panel whose series are there, and which of them is shown. */
static void find_vcpus(struct panel *panel)
{
	size_t most = 1;

	for (size_t s = 0; s < panel->series_count; s++)
		for (size_t c = 0; c < panel->series[s].cell_count; c++)
			vcpus_add(&panel->vcpus, &panel->vcpus_count,
				  panel->series[s].cells[c].vcpus);
	for (size_t i = 0; i < panel->vcpus_count; i++) {
		size_t have = 0;

		for (size_t s = 0; s < panel->series_count; s++)
			have += series_timed_cell(&panel->series[s], panel->vcpus[i]) != NULL;
		if (have < most)
			continue;
		most = have;
		panel->shown_vcpus = panel->vcpus[i];
	}
}

static void panel_init(struct panel *panel, struct record *records, size_t count, keyset apart,
		       const json_t *order)
{
	struct order same = { true, order };

	*panel = (struct panel){
		.key = point_text(&records[0].point, apart),
		.records = records,
		.record_count = count,
		.point = &records[0].point,
	};
	sort(records, count, same);
	for (size_t i = 0, n; i < count; i += n) {
		n = stretch(&records[i], count - i, same);
		split_series(panel, &records[i], n);
	}
	find_vcpus(panel);
}

/* A key in which its points differ under conditions that are the same otherwise splits a run. */
static void split_panels(struct run_data *run, const json_t *order)
{
	struct record *records = run->records.v;
	size_t count = run->records.n;
	struct order same = { .keys = keys_apart(records, count, ROLE_CONDITION) };

	run->apart = same.keys;
	sort(records, count, same);
	for (size_t i = 0, n; i < count; i += n) {
		n = stretch(&records[i], count - i, same);
		run->panels =
			xreallocarray(run->panels, run->panel_count + 1, sizeof(*run->panels));
		panel_init(&run->panels[run->panel_count++], &records[i], n, run->apart, order);
	}
}

static int load_run(struct run_data *run, const char *run_dir)
{
	const char *tier;
	int failed = -1;

	*run = (struct run_data){ .run = store_load_run(run_dir) };
	if (!run->run)
		return -1;
	tier = json_member(run->run, "tier");
	if (tier && json_member(run->run, "sweep") &&
	    json_is_boolean(json_object_get(run->run, "complete")))
		failed = tier_parse(tier, &run->tier);
	else
		error("\"sweep\", \"tier\" or \"complete\" is missing");
	if (!failed)
		return 0;
	json_decref(run->run);
	return error("%s/run.json: %s", run_dir, error_text());
}

/* A number of vCPUs that no panel has would be ignored silently. */
static int show_vcpus(struct run_data *run, unsigned int vcpus)
{
	bool found = false;

	for (size_t p = 0; p < run->panel_count; p++) {
		struct panel *panel = &run->panels[p];
		bool has = false;

		for (size_t s = 0; s < panel->series_count; s++)
			has |= series_timed_cell(&panel->series[s], vcpus) != NULL;
		if (has)
			panel->shown_vcpus = vcpus;
		found |= has;
	}
	return found ? 0 : error("no point of this run with %u vCPUs has times", vcpus);
}

void run_data_group(struct run_data *run)
{
	const json_t *order = json_object_get(json_object_get(run->run, "plan"), "series");

	drop_earlier_records(&run->records, order);
	split_panels(run, order);
}

int run_data_load(struct run_data *run, const char *run_dir, unsigned int vcpus)
{
	if (load_run(run, run_dir))
		return -1;
	if (records_read(&run->records, run_dir)) {
		json_decref(run->run);
		return -1;
	}
	run_data_group(run);
	run->complete = json_is_true(json_object_get(run->run, "complete"));
	run->planned = json_number_of(run->run, "total");
	for (size_t i = 0; i < run->records.n; i++) {
		run->done += record_is_settled(&run->records.v[i]);
		run->failed += !record_is_settled(&run->records.v[i]);
	}
	if (!vcpus || !show_vcpus(run, vcpus))
		return 0;
	run_data_free(run);
	return -1;
}

void run_data_free(struct run_data *run)
{
	for (size_t p = 0; p < run->panel_count; p++) {
		struct panel *panel = &run->panels[p];

		for (size_t s = 0; s < panel->series_count; s++)
			series_fini(&panel->series[s]);
		free(panel->series);
		free(panel->vcpus);
		free(panel->key);
	}
	free(run->panels);
	records_free(&run->records);
	json_decref(run->run);
}

bool panel_is_manycore(const struct panel *panel)
{
	for (size_t i = 0; i < panel->record_count; i++)
		if (point_is_manycore(&panel->records[i].point))
			return tier_kinds[panel->point->tier].is_simulated;
	return false;
}

bool panel_is_one_cpu(const struct panel *panel)
{
	return tier_kinds[panel->point->tier].is_simulated && !panel_is_manycore(panel);
}
