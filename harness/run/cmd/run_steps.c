// SPDX-License-Identifier: GPL-2.0-only
#include "run_steps.h"

#include <stdlib.h>

#include "search_step.h"

int run_steps_place(const struct schedule *s, size_t first)
{
	for (size_t i = first; i < s->plan->count; i++)
		if (point_place(&s->plan->points[i].point, s->setup, s->placement))
			return -1;
	return 0;
}

/* Adds what a search asks for next. Returns how many points, or -1 after error(). */
static int search_on(struct schedule *s, json_t *run, const struct records *records)
{
	struct plan *plan = s->plan;
	size_t before = plan->count;

	if (!plan->searched || s->ok + s->skipped < before)
		return 0;
	search_step(plan, run, records);
	return run_steps_place(s, before) ? -1 : (int)(plan->count - before);
}

int run_steps_resume(struct schedule *s, json_t *run, const struct records *records)
{
	const struct record *stranger;
	int added;
	char *id;

	do {
		if (schedule_mark_done(s, records, &stranger))
			return -1;
		added = search_on(s, run, records);
	} while (added > 0);
	if (added < 0 || !stranger)
		return added;
	id = point_id(&stranger->point);
	error("points.jsonl has a record that is not in the plan: %s; start the run anew", id);
	free(id);
	return -1;
}

/* After all points have a record. Returns how many there are more now, or -1 after error(). */
static int next_step(struct schedule *s, json_t *run)
{
	struct records records;
	int added;

	if (!s->plan->searched)
		return 0;
	if (records_read(&records, s->store->dir))
		return -1;
	added = search_on(s, run, &records);
	records_free(&records);
	if (added <= 0)
		return added;
	fprintf(stderr, "search: %d more points, next to the best of the first %u\n", added,
		s->ok + s->skipped);
	run_json_update(run, s, false);
	if (schedule_check_limits(s, s->store->dir) || store_write_run(s->store, run))
		return -1;
	return added;
}

int run_steps_measure(struct schedule *s, json_t *run)
{
	int failed, added = 0;

	do {
		failed = schedule_run(s);
		if (!failed)
			added = next_step(s, run);
	} while (!failed && added > 0);
	return failed ? failed : added;
}
