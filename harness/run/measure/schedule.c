// SPDX-License-Identifier: GPL-2.0-only
#include "schedule.h"

#include <string.h>

#include "../host/limits.h"
#include "../host/nearness.h"
#include "../plan/keyset.h"
#include "pool.h"
#include "progress.h"
#include "../store/record.h"

struct scheduler {
	struct schedule *s;
	struct progress progress;
	struct pool pool;
	size_t next; /* point of the plan to look at */
};

/* How many points take of it together. */
static size_t sharers(const struct schedule *s, enum limit_id limit, size_t left)
{
	if (limit == LIMIT_DISK)
		return left;
	if (limit == LIMIT_THREADS)
		return s->jobs < left ? s->jobs : left;
	return 1; /* a process's own; and points start only as far as memory allows */
}

int schedule_check_limits(const struct schedule *s, const char *folder)
{
	size_t left = 0;

	for (size_t i = 0; i < s->plan->count; i++)
		left += !s->plan->points[i].is_done;
	for (enum limit_id limit = 0; limit < LIMIT_COUNT && left; limit++) {
		const struct point *largest = NULL;

		for (size_t i = 0; i < s->plan->count; i++) {
			const struct point *p = &s->plan->points[i].point;

			if (!s->plan->points[i].is_done &&
			    (!largest || s->host->needs(p, limit) > s->host->needs(largest, limit)))
				largest = p;
		}
		if (limit_check(s->host, largest, limit, folder, sharers(s, limit, left)))
			return -1;
	}
	return 0;
}

static unsigned int threads(const struct point *p)
{
	return p->vcpus + point_handlers(p);
}

/* The point that has most of what is counted. */
static const struct point *with_most(const struct schedule *s,
				     unsigned int (*count)(const struct point *p))
{
	const struct point *most = NULL;

	for (size_t i = 0; i < s->plan->count; i++) {
		const struct point *p = &s->plan->points[i].point;

		if (!most || count(p) > count(most))
			most = p;
	}
	return most;
}

void schedule_warn(const struct schedule *s)
{
	if (!s->plan->count)
		return;
	if (s->host->one_at_a_time) {
		cpu_share_warn(with_most(s, threads));
		nearness_warn(with_most(s, nearness_astray));
	}
	cpu_share_warn_polling(with_most(s, cpu_share_polling));
}

/* The point has a record of that status. */
static void count(struct schedule *s, struct planned *planned, const char *status)
{
	if (!strcmp(status, "ok"))
		s->ok++;
	else if (!strcmp(status, "skipped"))
		s->skipped++;
	else
		s->failed++;
	planned->is_done = strcmp(status, "failed") != 0;
}

int schedule_mark_done(struct schedule *s, const struct records *records,
		       const struct record **stranger)
{
	*stranger = NULL;
	s->ok = s->failed = s->skipped = 0;
	for (size_t i = 0; i < s->plan->count; i++)
		s->plan->points[i].is_done = false;
	for (size_t k = 0; k < records->n; k++) {
		const struct record *record = &records->v[k];
		struct planned *planned = plan_find(s->plan, record->series, &record->point);

		if (!planned) {
			*stranger = record;
			continue;
		}
		if (planned->is_done)
			return error("points.jsonl has a record twice: %s; start the run anew",
				     planned->id);
		count(s, planned, record->status);
	}
	return 0;
}

struct job schedule_job(const struct schedule *s, const struct planned *planned)
{
	return (struct job){
		.setup = s->setup,
		.host = s->host,
		.point = &planned->point,
		.log_dir = s->store->logs,
		.stem = planned->stem,
		.timeout_s = s->timeout_s,
	};
}

/* A point counts if what it was measured with is the same before it and after it. */
static int check_identity(struct schedule *s)
{
	if (!identity_check(s->identity))
		return 0;
	s->is_changed = true;
	return error("%s: what would be measured now would not be comparable; put it back as it "
		     "was and resume, or start a new run",
		     error_text());
}

/* Fills free slots, in the plan's order, as long as memory allows. */
static int start_points(struct scheduler *sc)
{
	struct schedule *s = sc->s;

	for (; sc->next < s->plan->count; sc->next++) {
		struct planned *planned = &s->plan->points[sc->next];
		struct job job = schedule_job(s, planned);
		struct pool_slot *slot;

		if (planned->is_done)
			continue;
		slot = pool_room(&sc->pool, s->host, &planned->point);
		if (!slot)
			return 0;
		if (check_identity(s) || pool_start(&sc->pool, slot, &job, planned))
			return -1;
	}
	return 0;
}

static int finish_point(struct scheduler *sc, struct pool_slot *slot, json_t *record)
{
	struct planned *planned = slot->what;
	json_t *wall = execution_wall(&slot->execution);
	double duration_s = json_real_value(json_object_get(wall, "duration_s"));
	int failed;

	pool_release(&sc->pool, slot);
	record_finish(record, planned->series, planned->id, wall);
	failed = check_identity(sc->s) || store_append(sc->s->store, record) ? -1 : 0;
	if (!failed) {
		count(sc->s, planned, record_status(record));
		progress_point_done(&sc->progress, planned, record, duration_s);
	}
	json_decref(record);
	return failed;
}

static int finish_points(struct scheduler *sc)
{
	struct pool_slot *slot;
	json_t *record;

	while ((slot = pool_ended(&sc->pool, &record)))
		if (finish_point(sc, slot, record))
			return -1;
	return 0;
}

static int run_loop(struct scheduler *sc)
{
	int failed = start_points(sc);

	while (!failed && sc->pool.running) {
		progress_draw(&sc->progress, pool_at_hand(&sc->pool));
		failed = event_wait();
		if (!failed)
			failed = finish_points(sc) || start_points(sc) ? -1 : 0;
	}
	return failed;
}

int schedule_run(struct schedule *s)
{
	struct scheduler sc = { .s = s };
	int failed;

	pool_init(&sc.pool, s->jobs);
	progress_start(&sc.progress, s->plan, s->host->one_at_a_time ? 0 : s->jobs);
	failed = run_loop(&sc);
	pool_free(&sc.pool);
	progress_end(&sc.progress);
	return failed;
}
