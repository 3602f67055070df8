// SPDX-License-Identifier: GPL-2.0-only
#include "search_step.h"

#include <stdlib.h>

#include "../plan/search.h"
#include "../report/contest.h"

/* A neighbour differs from the planned point in the keys that are searched. */
static struct draft draft_of(const struct planned *planned, const struct point *neighbour,
			     keyset searched)
{
	struct draft draft = planned->draft;

	for (size_t i = 0; i < point_keys_count; i++) {
		const struct key *key = &point_keys[i];
		char value[64];

		if (keyset_has(searched, i))
			point_set(&draft.point, key->name,
				  point_get(neighbour, key, value, sizeof(value)));
	}
	return draft;
}

static void add_neighbours(struct plan *found, const struct planned *planned, keyset keys)
{
	struct points points = search_neighbours(&planned->point, keys);

	for (size_t i = 0; i < points.n; i++) {
		struct draft draft = draft_of(planned, &points.v[i], found->searched);

		plan_add(found, planned->section, &draft); /* what cannot be is no neighbour */
	}
	free(points.v);
}

/* Around the best ones of a panel, which differ in their repeats at most. */
static void add_around_best(struct plan *found, const struct plan *plan, const struct panel *panel,
			    keyset keys)
{
	for (size_t i = 0; i < panel->vcpus_count; i++) {
		for (enum merit merit = 0; merit < MERITS; merit++) {
			struct spread figure;
			unsigned int vcpus = panel->vcpus[i];
			const struct series *best = contest_strongest(panel, merit, vcpus, &figure);
			const struct cell *cell = best ? series_cell(best, vcpus) : NULL;

			for (size_t k = 0; cell && k < cell->record_count; k++) {
				const struct record *record = &cell->records[k];

				add_neighbours(found,
					       plan_find(plan, record->series, &record->point),
					       keys);
			}
		}
	}
}

/*
 * Those of the plan's points: a run that is resumed has records of later steps, too. Of these, the
 * ones that agree with a point in some keys.
 */
static struct records select_records(const struct plan *plan, const struct records *records,
				     const struct point *like, keyset keys)
{
	struct records selected = { .v = xcalloc(records->n, sizeof(*records->v)) };

	for (size_t i = 0; i < records->n; i++) {
		const struct record *record = &records->v[i];

		if (!plan_find(plan, record->series, &record->point) ||
		    points_compare(&record->point, like, keys))
			continue;
		json_incref(record->json);
		selected.v[selected.n++] = *record;
	}
	return selected;
}

/* Adds what differs in one of those keys from the best of these records, which it frees. */
static void add_around(struct plan *found, const struct plan *plan, json_t *run,
		       struct records records, keyset keys)
{
	struct run_data data = { .run = json_incref(run), .records = records };

	run_data_group(&data);
	for (size_t p = 0; p < data.panel_count; p++)
		add_around_best(found, plan, &data.panels[p], keys);
	run_data_free(&data);
}

/* Whether no point before it has the same choices. */
static bool is_first(const struct plan *plan, size_t i, keyset choices)
{
	for (size_t k = 0; k < i; k++)
		if (!points_compare(&plan->points[k].point, &plan->points[i].point, choices))
			return false;
	return true;
}

size_t search_step(struct plan *plan, json_t *run, const struct records *records)
{
	struct plan found = { .searched = plan->searched, .seed = plan->seed };
	keyset choices = search_choices(plan->searched);
	const struct point *first = &plan->points[0].point;
	size_t before = plan->count;

	add_around(&found, plan, run, select_records(plan, records, first, 0), plan->searched);
	/* The best of one choice may stand beside nothing good of another that is better elsewhere. */
	for (size_t i = 0; i < before && choices; i++) {
		const struct point *p = &plan->points[i].point;

		if (is_first(plan, i, choices))
			add_around(&found, plan, run, select_records(plan, records, p, choices),
				   plan->searched & ~choices);
	}
	plan_set_tier(&found, first->tier);
	plan_append(plan, &found);
	return plan->count - before;
}
