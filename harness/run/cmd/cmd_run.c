// SPDX-License-Identifier: GPL-2.0-only
/* `faultline run`: a sweep, from its file to its report. */
#include <ctype.h>
#include <errno.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "../measure/execution.h"
#include "../measure/known_answers.h"
#include "../host/machine.h"
#include "../store/record.h"
#include "../measure/run_json.h"
#include "run_options.h"
#include "../measure/tier_choice.h"
#include "../base/file.h"

/* All that one run has in its hands. */
struct run {
	struct setup setup;
	struct sweep sweep;
	struct plan plan;
	struct store store;
	struct schedule schedule;
	struct run_facts facts;
	struct tier_choice choice;
	char *label;
	json_t *json;
	bool png; /* of the plots, too */
	bool interrupted;
};

/* The sweep's name, fit for a folder's name. */
static char *sweep_label(const char *path)
{
	char *copy = xstrdup(path), *label = xstrdup(basename(copy));
	size_t n = strlen(label);

	free(copy);
	if (n > 4 && !strcmp(label + n - 4, ".ini"))
		label[n - 4] = '\0';
	for (char *c = label; *c; c++)
		if (!isalnum((unsigned char)*c) && !strchr("._-", *c))
			*c = '_';
	return label;
}

static int load_sweep(struct run *r, const char *name)
{
	char *path = sweep_find(r->setup.root, name);
	char *text = path ? file_read_exact(path) : NULL;
	int failed = -1;

	if (path && !text)
		error("cannot read %s: %s", path, strerror(errno));
	if (text) {
		failed = sweep_parse(&r->sweep, path, text);
		r->label = sweep_label(path);
	}
	free(text);
	free(path);
	return failed;
}

static int decide_placement(struct run *r, enum placement asked)
{
	bool native = r->schedule.host == &host_native;

	if (asked == PLACEMENT_CORES && !native) {
		return error("--placement cores has no meaning in tier %s, "
			     "whose CPUs are not this machine's",
			     tier_kinds[r->facts.tier].name);
	}
	r->facts.place = native && asked != PLACEMENT_NONE;
	for (size_t i = 0; r->facts.place && i < r->plan.count; i++) {
		struct point *p = &r->plan.points[i].point;

		if (*p->vcpu_cpus || *p->reader_cpus)
			continue; /* the sweep says where */
		if (machine_place(p))
			return -1;
	}
	return 0;
}

/* A sweep may have simulated CPUs and be measured in a tier without; who asks for them may not. */
static int check_simulated_options(const struct plan_options *o, enum tier tier)
{
	for (size_t i = PLAN_CPUS; i < PLAN_TEXTS && !tier_kinds[tier].is_simulated; i++) {
		if (!o->texts[i])
			continue;
		return error(
			"--%s and tier %s exclude each other: only tier simulated has simulated "
			"CPUs; leave out the one, or say --tier simulated",
			plan_text_names[i], tier_kinds[tier].name);
	}
	return 0;
}

/* From the sweep to points with a tier, a host and a place. */
static int make_plan(struct run *r, const struct run_options *o, enum tier asked)
{
	struct tier_wanted wanted;
	int chosen;

	if (plan_make(&r->plan, &r->sweep, &o->plan))
		return -1;
	plan_uses(&r->plan, wanted.modes, wanted.arches);
	chosen = tier_choose(&r->setup, asked, &wanted, &r->choice);
	r->interrupted = chosen == INTERRUPTED;
	if (chosen)
		return -1;
	r->facts.tier = r->choice.tier;
	r->schedule.host = host_of(r->facts.tier);
	if (check_simulated_options(&o->plan, r->facts.tier) || decide_placement(r, o->placement))
		return -1;
	plan_set_tier(&r->plan, r->facts.tier);
	for (size_t i = 0; i < r->plan.count; i++) {
		struct point *p = &r->plan.points[i].point;

		plan_place_simulated(p);
		if (r->schedule.host->check_point && r->schedule.host->check_point(&r->setup, p))
			return -1;
	}
	r->facts.sweep = &r->sweep;
	r->facts.sweep_name = o->sweep;
	r->facts.sweep_label = r->label;
	r->facts.options = o->plan;
	r->facts.tier_why = r->choice.why;
	r->schedule.setup = &r->setup;
	r->schedule.plan = &r->plan;
	r->schedule.store = &r->store;
	r->schedule.timeout_s = o->timeout_s;
	r->schedule.jobs = o->jobs ? o->jobs : machine_cpus();
	if (r->schedule.host->one_at_a_time)
		r->schedule.jobs = 1;
	r->schedule.is_done = xcalloc(r->plan.count, sizeof(*r->schedule.is_done));
	return 0;
}

/* A hash alone does not tell how the kernel in the VM was configured. */
static int keep_configs(struct run *r)
{
	bool modes[MODE_COUNT], arches[ARCH_COUNT];
	int failed = 0;

	plan_uses(&r->plan, modes, arches);
	for (enum arch arch = 0; arch < ARCH_COUNT && !failed; arch++) {
		char *path, *name;

		if (!arches[arch] || r->schedule.host != &host_vm)
			continue;
		path = xasprintf("%s/config", r->setup.targets[arch].kernel_dir);
		name = xasprintf("kernel-%s.config", arch_names[arch]);
		failed = store_keep(&r->store, path, name);
		free(name);
		free(path);
	}
	return failed;
}

static int begin(struct run *r, const struct run_options *o, char **argv)
{
	char *name, *dir;
	json_t *identity;
	int failed;

	r->facts.argv = argv;
	if (load_sweep(r, o->sweep) || make_plan(r, o, o->tier) ||
	    schedule_check_memory(&r->schedule))
		return -1;
	identity = run_identity(&r->setup, r->schedule.host, &r->plan);
	if (!identity)
		return -1;
	name = xasprintf("%s-%s", r->label, tier_kinds[r->facts.tier].name);
	dir = o->out ? xstrdup(o->out) : store_default_dir(r->setup.root, name);
	failed = store_create(&r->store, dir);
	free(dir);
	free(name);
	if (failed) {
		json_decref(identity);
		return -1;
	}
	r->json = run_json_make(&r->facts, &r->schedule, identity);
	json_decref(identity);
	if (keep_configs(r))
		return -1;
	return store_write_run(&r->store, r->json);
}

static const char *stored_text(const json_t *plan, const char *name)
{
	return json_string_value(json_object_get(plan, name));
}

/* The options that made the plan of a run that is gone on with. */
static int stored_options(struct run *r, const char *dir, struct run_options *o)
{
	const json_t *plan = json_object_get(r->json, "plan");
	const char *text = stored_text(plan, "sweep_text"), *tier = stored_text(r->json, "tier");
	const char *placement = stored_text(plan, "placement");
	char *file = xasprintf("%s/run.json (its sweep)", dir);
	struct point holder;
	int failed = -1;

	point_defaults(&holder);
	o->sweep = stored_text(plan, "sweep");
	if (!text || !o->sweep || !tier || !placement || point_set(&holder, "tier", tier))
		error("%s/run.json has no plan; start the run anew", dir);
	else
		failed = sweep_parse(&r->sweep, file, text);
	free(file);
	if (failed)
		return -1;
	o->tier = holder.tier;
	o->plan = (struct plan_options){
		.repeat = (unsigned int)json_integer_value(json_object_get(plan, "repeat")),
		.seed = (uint64_t)json_integer_value(json_object_get(plan, "seed")),
	};
	for (size_t i = 0; i < PLAN_TEXTS; i++)
		o->plan.texts[i] = stored_text(plan, plan_text_names[i]);
	o->placement = !strcmp(placement, "none") ? PLACEMENT_NONE : PLACEMENT_DEFAULT;
	return 0;
}

/* What can be wrong before it matters which machine this is. */
static int check_only(struct run *r, struct run_options *o)
{
	bool modes[MODE_COUNT], arches[ARCH_COUNT];

	if (o->resume)
		r->json = store_load_run(o->resume);
	if (o->resume && !r->json)
		return -1;
	if ((o->resume ? stored_options(r, o->resume, o) : load_sweep(r, o->sweep)) ||
	    plan_make(&r->plan, &r->sweep, &o->plan))
		return -1;
	if (o->tier != TIER_AUTO && check_simulated_options(&o->plan, o->tier))
		return -1;
	plan_uses(&r->plan, modes, arches);
	print_arches(arches);
	return 0;
}

static bool is_record_of(const json_t *record, const struct planned *planned)
{
	const char *series = json_string_value(json_object_get(record, "series"));
	const char *id = json_string_value(json_object_get(record, "id"));

	return series && id && !strcmp(series, planned->series) && !strcmp(id, planned->id);
}

/* Marks the points that have a record. */
static int mark_done(struct run *r, const json_t *records)
{
	for (size_t k = 0; k < json_array_size(records); k++) {
		const json_t *record = json_array_get(records, k);
		size_t i = 0;

		while (i < r->plan.count && !is_record_of(record, &r->plan.points[i]))
			i++;
		if (i == r->plan.count || r->schedule.is_done[i]) {
			return error("points.jsonl has a record %s: %s; start "
				     "the run anew",
				     i == r->plan.count ? "that is not in the plan" : "twice",
				     json_string_value(json_object_get(record, "id")));
		}
		r->schedule.is_done[i] = true;
		if (!strcmp(record_status(record), "ok"))
			r->schedule.ok++;
		else
			r->schedule.skipped++;
	}
	return 0;
}

static int check_identity(struct run *r)
{
	json_t *identity = run_identity(&r->setup, r->schedule.host, &r->plan);
	int failed;

	if (!identity)
		return -1;
	failed = run_identity_check(r->json, identity);
	json_decref(identity);
	if (failed)
		error("this run cannot be resumed, its records would not be comparable: %s; "
		      "start it anew",
		      error_text());
	return failed;
}

static int resume(struct run *r, struct run_options *o)
{
	json_t *records = NULL;
	int failed;

	failed = store_resume(&r->store, o->resume, &r->json, &records) ||
		 stored_options(r, o->resume, o) || make_plan(r, o, o->tier) || check_identity(r) ||
		 mark_done(r, records) || schedule_check_memory(&r->schedule);
	json_decref(records);
	if (failed)
		return -1;
	run_json_resumed(r->json);
	run_json_update(r->json, &r->schedule, false);
	return store_write_run(&r->store, r->json);
}

static void announce(const struct run *r)
{
	const struct schedule *s = &r->schedule;
	size_t there = s->ok + s->skipped;
	char done[64] = "";

	if (there)
		snprintf(done, sizeof(done), ", %zu of them done before", there);
	fprintf(stderr, "%zu points%s, %u at a time; results in %s\n", s->plan->count, done,
		s->jobs, r->store.dir);
	fprintf(stderr, "tier %s: %s\n", tier_kinds[r->facts.tier].name,
		json_string_value(json_object_get(r->json, "tier_why")));
}

static void suggest_resume(const struct run *r)
{
	const struct schedule *s = &r->schedule;

	complain("%u of %zu points are done; go on with: ./run.sh run --resume %s",
		 s->ok + s->skipped, s->plan->count, r->store.dir);
}

static int write_report(struct run *r)
{
	if (report_show(r->store.dir, 0, r->png) == EXIT_FINE)
		return EXIT_FINE;
	complain("the records are whole; for another try: ./run.sh report %s", r->store.dir);
	return EXIT_POINT_FAILED;
}

/* Before the first point on simulated CPUs. Returns an exit code, after a message if it is not 0. */
static int check_known_answers(struct run *r)
{
	const struct schedule *s = &r->schedule;
	json_t *answers;
	int code;

	if (s->ok + s->skipped == s->plan->count)
		return EXIT_FINE;
	code = known_answers_check(&r->setup, &r->plan, r->store.logs, s->timeout_s, &answers);
	if (code == EXIT_INTERRUPTED) {
		json_decref(answers);
		complain("interrupted");
		suggest_resume(r);
		return code;
	}
	/* Wrong ones are kept, too: they say why there is nothing else. */
	json_object_set_new(r->json, "known_answers", answers);
	if (code) {
		complain_error();
		suggest_resume(r);
	}
	if (store_write_run(&r->store, r->json)) {
		complain_error();
		return code ? code : EXIT_POINT_FAILED;
	}
	return code;
}

static int measure_and_report(struct run *r)
{
	struct schedule *s = &r->schedule;
	int code, report_code;

	announce(r);
	code = check_known_answers(r);
	if (code)
		return code;
	code = schedule_run(s);
	if (code == EXIT_INTERRUPTED)
		complain("interrupted");
	else if (code)
		complain_error();
	run_json_update(r->json, s, !code);
	if (store_write_run(&r->store, r->json)) {
		complain_error();
		code = code ? code : EXIT_POINT_FAILED;
	}
	if (code) {
		suggest_resume(r);
		return code;
	}
	report_code = write_report(r);
	if (s->failed) {
		complain("%u points failed, their logs are in %s/logs", s->failed, r->store.dir);
		suggest_resume(r);
		return EXIT_POINT_FAILED;
	}
	if (report_code)
		return report_code;
	return s->ok ? EXIT_FINE : EXIT_SKIPPED;
}

static void run_free(struct run *r)
{
	json_decref(r->json);
	free(r->schedule.is_done);
	plan_free(&r->plan);
	if (r->sweep.file)
		sweep_free(&r->sweep);
	if (r->store.dir)
		store_close(&r->store);
	free(r->label);
	setup_free(&r->setup);
}

int cmd_run(int argc, char **argv)
{
	struct run_options o;
	struct run r = { 0 };
	int code = run_options_parse(&o, argc, argv);

	if (code >= 0)
		return code;
	r.png = o.png;
	setup_init(&r.setup);
	events_init();
	if (o.check ? check_only(&r, &o) : o.resume ? resume(&r, &o) : begin(&r, &o, argv)) {
		complain_error();
		code = r.interrupted ? EXIT_INTERRUPTED : EXIT_USAGE;
	} else if (o.check) {
		code = EXIT_FINE;
	} else {
		code = measure_and_report(&r);
	}
	run_free(&r);
	return code;
}
