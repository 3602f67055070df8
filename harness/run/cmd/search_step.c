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

static void add_neighbours(struct plan *found, const struct planned *planned)
{
	struct points points = search_neighbours(&planned->point, found->searched);

	for (size_t i = 0; i < points.n; i++) {
		struct draft draft = draft_of(planned, &points.v[i], found->searched);

		plan_add(found, planned->section, &draft); /* what cannot be is no neighbour */
	}
	free(points.v);
}

/* Around the best ones of a panel, which differ in their repeats at most. */
static void add_around_best(struct plan *found, const struct plan *plan, const struct panel *panel)
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
					       plan_find(plan, record->series, &record->point));
			}
		}
	}
}

/* Those of the plan's points: a run that is resumed has records of later steps, too. */
static struct records records_of(const struct plan *plan, const struct records *records)
{
	struct records of_plan = { .v = xcalloc(records->n, sizeof(*records->v)) };

	for (size_t i = 0; i < records->n; i++) {
		const struct record *record = &records->v[i];

		if (!plan_find(plan, record->series, &record->point))
			continue;
		json_incref(record->json);
		of_plan.v[of_plan.n++] = *record;
	}
	return of_plan;
}

size_t search_step(struct plan *plan, json_t *run, const struct records *records)
{
	struct plan found = { .searched = plan->searched };
	struct run_data data = { .run = json_incref(run), .records = records_of(plan, records) };
	size_t before = plan->count;

	run_data_group(&data);
	for (size_t p = 0; p < data.panel_count; p++)
		add_around_best(&found, plan, &data.panels[p]);
	run_data_free(&data);
	plan_set_tier(&found, plan->points[0].point.tier);
	plan_append(plan, &found);
	return plan->count - before;
}
