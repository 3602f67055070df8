// SPDX-License-Identifier: GPL-2.0-only
/* `faultline run`: a sweep, from its file to its report. */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "command_line.h"
#include "run_steps.h"
#include "../host/conditions.h"
#include "../host/cpu_share.h"
#include "../measure/known_answers.h"
#include "../measure/run_json.h"
#include "../base/json.h"

/* What the command line asks for. */
struct request {
	struct run_options run;
	bool is_check; /* only whether all this makes sense */
};

#define FIELD(name) offsetof(struct request, name)
#define PLAN(name) take_text, FIELD(run.plan.texts[PLAN_##name])
#define TIER(symbol, name, ...) name ", "

/* clang-format off */
static const struct option_row rows[] = {
	{ "sweep", "NAME|FILE", "what to measure (claim; see faultline list)",
	  take_text, FIELD(run.sweep) },
	{ "tier", "TIER", TIERS "or auto (auto)", take_key, FIELD(run.tier) },
	{ "arch", "LIST", "architectures under test, x86_64 and arm64, or all (the\n"
	  "machine's); in place of the sweep's", PLAN(ARCH) },
	{ "modes", "A,B", "only series with these modes", PLAN(MODES) },
	{ "vcpus", "LIST", "vCPUs in place of the sweep's: 1,2,4 or 1..512*2", PLAN(VCPUS) },
	{ "fetch", "LIST", "time to get a page in place of the sweep's: 30us", PLAN(FETCH) },
	{ "cpus", "LIST", "simulated CPUs in place of the sweep's: 16 or 1..128*2", PLAN(CPUS) },
	{ "quantum", "LIST", "instructions that they may be apart, in place of the sweep's",
	  PLAN(QUANTUM) },
	{ "coherence", "LIST", "ns that a cache line takes between them: 0,70", PLAN(COHERENCE) },
	{ "speed", "LIST", "instructions per ns of them", PLAN(SPEED) },
	{ "repeat", "N", "measures every point N times (as the sweep says, else 1; in native\n"
	  "tiers 10, each time all points in another order)", take_key, FIELD(run.plan.repeat) },
	{ "seed", "S", "order of the points, contents of the pages (1)",
	  take_key, FIELD(run.plan.seed) },
	{ "out", "DIR", "folder for the results, new or empty\n"
	  "(results/runs/TIME-SWEEP-TIER)", take_text, FIELD(run.out) },
	{ "placement", PLACEMENT_VALUES, "where handlers are, as seen from their vCPUs: anywhere, at\n"
	  "the same last-level cache or in another package (near; native\ntiers only)",
	  take_placement, FIELD(run.placement) },
	/* A run is resumed as it was planned: the options above exclude this one. */
	{ "resume", "DIR", "resumes a run that was interrupted; of the other options only\n"
	  "--jobs, --point-timeout and --png go with it", take_text, FIELD(run.resume) },
	{ "point-timeout", "S", TIMEOUT_HELP, take_number, FIELD(run.timeout_s), TIMEOUT_MAX_S },
	{ "png", NULL, PNG_HELP, take_flag, FIELD(run.png) },
	{ "jobs", "N", "VMs at a time (as many as there are CPUs)",
	  take_number, FIELD(run.jobs), 1024 },
	{ "check", NULL, "checks the options and the sweep, prints the architectures",
	  take_flag, FIELD(is_check) },
	{ 0 },
};
/* clang-format on */
#undef TIER

static const struct command_line command_line = {
	"usage: faultline run [OPTION]...\n"
	"Measures the points of a sweep and writes a report.\n",
	rows,
	"Exit code: 0 all measured, 1 a point failed, 2 bad input, something is missing, the\n"
	"simulated CPUs fail their known answers or what is measured with was changed meanwhile,\n"
	"4 all points were skipped, 130 interrupted.\n",
};

const struct run_options run_defaults = { .sweep = "claim", .plan = { .seed = 1 } };

/* A run: what it was asked for, and what came of that so far. */
struct sweep_run {
	struct run_options options;
	struct setup setup;
	struct sweep sweep;
	struct plan plan;
	struct tier_choice choice;
	struct store store;
	struct identity identity;
	struct schedule schedule;
	json_t *json;
};

static size_t done(const struct sweep_run *r)
{
	return r->schedule.ok + r->schedule.skipped;
}

/* A sweep may have simulated CPUs and be measured in a tier without; who asks for them may not. */
static int check_simulated_options(const struct plan_options *o, enum tier tier)
{
	for (size_t i = PLAN_CPUS; i < PLAN_TEXTS && !tier_kinds[tier].is_simulated; i++)
		if (o->texts[i])
			return error("--%s and tier %s exclude each other: only tier simulated has "
				     "simulated CPUs; leave out the one, or say --tier simulated",
				     plan_text_names[i], tier_kinds[tier].name);
	return 0;
}

/* The sweep (a resumed run's own) and its points, for now without a tier. */
static int load_plan(struct sweep_run *r)
{
	struct run_options *o = &r->options;
	int failed;

	if (o->resume) {
		char *file = xasprintf("%s/run.json (its sweep)", o->resume);
		const char *text;

		failed = run_json_plan(r->json, o, &text) || sweep_parse(&r->sweep, file, text);
		free(file);
	} else {
		failed = sweep_load(&r->sweep, r->setup.root, o->sweep);
	}
	return failed ? -1 : plan_make(&r->plan, &r->sweep, &o->plan);
}

/* Gives the points a tier, a host and a place. Returns 0, -1 after error(), or INTERRUPTED. */
static int complete_plan(struct sweep_run *r)
{
	const struct run_options *o = &r->options;
	struct plan_uses uses = plan_uses(&r->plan);
	int failed = tier_choose(&r->setup, o->tier, &uses, &r->choice);

	if (failed)
		return failed;
	if (check_simulated_options(&o->plan, r->choice.tier))
		return -1;
	plan_set_tier(&r->plan, r->choice.tier);
	r->schedule = (struct schedule){
		.setup = &r->setup,
		.host = host_of(r->choice.tier),
		.plan = &r->plan,
		.store = &r->store,
		.identity = &r->identity,
		.placement = o->placement,
		.timeout_s = o->timeout_s,
		.jobs = o->jobs ? o->jobs : cpu_share_whole(),
	};
	if (r->schedule.host->one_at_a_time)
		r->schedule.jobs = 1;
	return run_steps_place(&r->schedule, 0);
}

/* A hash alone does not tell how the kernel in the VM was configured. */
static int keep_configs(struct sweep_run *r)
{
	struct plan_uses uses = plan_uses(&r->plan);
	int failed = 0;

	for (enum arch arch = 0; arch < ARCH_COUNT && !failed; arch++) {
		const char *config = r->setup.targets[arch].kernel_config;
		char *name;

		if (!uses.arches[arch] || r->schedule.host != &host_vm)
			continue;
		/* That of a kernel which was built elsewhere may not be known. */
		if (access(config, F_OK))
			continue;
		name = xasprintf("kernel-%s.config", arch_names[arch]);
		failed = store_keep(&r->store, config, name);
		free(name);
	}
	return failed;
}

static int create_folder(struct sweep_run *r)
{
	char *label = sweep_label(&r->sweep);
	char *name = xasprintf("%s-%s", label, tier_kinds[r->choice.tier].name);
	char *dir = r->options.out ? xstrdup(r->options.out) :
				     store_default_dir(r->setup.root, name);
	int failed = dir ? store_create(&r->store, dir) : -1;

	free(dir);
	free(name);
	free(label);
	return failed;
}

/* A new folder with a run.json. */
static int begin(struct sweep_run *r)
{
	struct run_facts facts = { &r->options, &r->sweep, &r->choice, &r->schedule };
	const char *out = r->options.out;

	if (schedule_check_limits(&r->schedule, out ? out : r->setup.root) || create_folder(r))
		return -1;
	r->json = run_json_make(&facts, &r->identity);
	return keep_configs(r);
}

/* Takes up a run where it was interrupted, with the records that it has. */
static int resume(struct sweep_run *r, const struct records *records)
{
	if (identity_compare(r->json, &r->identity))
		return error("this run cannot be resumed, its records would not be comparable: %s; "
			     "start a new one",
			     error_text());
	if (run_steps_resume(&r->schedule, r->json, records) ||
	    schedule_check_limits(&r->schedule, r->options.resume))
		return -1;
	run_json_resumed(r->json, &r->schedule);
	run_json_update(r->json, &r->schedule, false);
	return 0;
}

/* Says once that nobody will know what was measured with. */
static void complain_of_no_commit(const json_t *identity)
{
	const json_t *faultline = json_object_get(identity, "faultline");

	if (!json_member(faultline, "commit"))
		complain("run.json cannot tell which commit of faultline this is: %s",
			 json_member(faultline, "commit_from"));
}

/* The folder, new or with those records, and its run.json. */
static int open_folder(struct sweep_run *r, const struct records *records)
{
	struct plan_uses uses = plan_uses(&r->plan);
	struct identity_scope scope = { &r->setup, r->schedule.host, uses.arches, false };

	if (identity_take(&r->identity, &scope))
		return -1;
	complain_of_no_commit(r->identity.json);
	if (records ? resume(r, records) : begin(r))
		return -1;
	return store_write_run(&r->store, r->json);
}

/* All that comes before the first point. Returns 0, -1 after error(), or INTERRUPTED. */
static int prepare(struct sweep_run *r)
{
	const char *dir = r->options.resume;
	struct records records = { 0 };
	int failed = -1;

	if ((!dir || !store_resume(&r->store, dir, &r->json, &records)) && !load_plan(r))
		failed = complete_plan(r);
	if (!failed)
		failed = open_folder(r, dir ? &records : NULL);
	records_free(&records);
	return failed;
}

/* A comma that was meant for a decimal point makes a list: "0,5us". 0 alone has no unit. */
static void announce_fetches(const struct section *section)
{
	const struct sweep_key *fetch = section_find(section, "fetch");

	if (!fetch || fetch->values.n != 2 || strcmp(fetch->values.v[0], "0"))
		return;
	fprintf(stderr, "[%s] fetch: two values, 0 and %s\n", section->name, fetch->values.v[1]);
}

static void announce(const struct sweep_run *r)
{
	char before[64] = "";

	if (done(r))
		snprintf(before, sizeof(before), ", %zu of them done before", done(r));
	fprintf(stderr, "%zu points%s, %u at a time%s; results in %s\n", r->plan.count, before,
		r->schedule.jobs, r->plan.searched ? ", then those of the search" : "",
		r->store.dir);
	fprintf(stderr, "tier %s: %s\n", tier_kinds[r->choice.tier].name,
		json_member(r->json, "tier_why"));
	announce_fetches(&r->sweep.defaults);
	for (size_t i = 0; i < r->sweep.series_count; i++)
		announce_fetches(&r->sweep.series[i]);
}

static void complain_of(void *context, const char *text)
{
	(void)context;
	complain("%s", text);
}

/* Says what of this machine spoils times that are measured on its own CPUs. */
static void warn_of_conditions(const struct sweep_run *r)
{
	if (r->schedule.host->one_at_a_time && done(r) < r->plan.count)
		conditions_each(json_object_get(json_object_get(r->json, "wall"), "machine"),
				complain_of, NULL);
}

static void suggest_resume(const struct sweep_run *r)
{
	complain("%zu of %zu points are done; resume with: ./run.sh run --resume %s%s", done(r),
		 r->plan.count, r->store.dir, setup_kernel_options());
}

/*
 * Keeps what a step has added to run.json. failed: as the step returned it, code: see
 * exit_failed(). Returns an exit code, after messages if it is not 0.
 */
static int end_step(struct sweep_run *r, int failed, int code)
{
	code = failed ? exit_failed(failed, code) : EXIT_FINE;
	if (store_write_run(&r->store, r->json)) {
		complain_error();
		code = code ? code : EXIT_POINT_FAILED;
	}
	if (code)
		suggest_resume(r);
	return code;
}

/* Before the first point on simulated CPUs. Returns an exit code, after messages if it is not 0. */
static int check_known_answers(struct sweep_run *r)
{
	json_t *answers;
	int failed;

	if (done(r) == r->plan.count)
		return EXIT_FINE;
	failed = known_answers_check(&r->schedule, &answers);
	/* Wrong ones are kept, too: they say why there is nothing else. */
	if (failed != INTERRUPTED)
		json_object_set(r->json, "known_answers", answers);
	json_decref(answers);
	return end_step(r, failed, EXIT_USAGE);
}

static int write_report(const struct sweep_run *r)
{
	if (report_show(r->store.dir, 0, r->options.png) == EXIT_FINE)
		return EXIT_FINE;
	complain("the records are whole; for another try: ./run.sh report %s", r->store.dir);
	return EXIT_POINT_FAILED;
}

static int measure_and_report(struct sweep_run *r)
{
	struct schedule *s = &r->schedule;
	int failed, code;

	announce(r);
	schedule_warn(s);
	warn_of_conditions(r);
	code = check_known_answers(r);
	if (code)
		return code;
	failed = run_steps_measure(s, r->json);
	run_json_update(r->json, s, !failed);
	code = end_step(r, failed, s->is_changed ? EXIT_USAGE : EXIT_POINT_FAILED);
	if (code)
		return code;
	code = write_report(r);
	if (s->failed) {
		complain("%u points failed, their logs are in %s/logs%s", s->failed, r->store.dir,
			 r->plan.searched ? "; the search goes on when they are measured" : "");
		suggest_resume(r);
		return EXIT_POINT_FAILED;
	}
	if (code)
		return code;
	return s->ok ? EXIT_FINE : EXIT_SKIPPED;
}

static void run_free(struct sweep_run *r)
{
	json_decref(r->json);
	identity_free(&r->identity);
	plan_free(&r->plan);
	sweep_free(&r->sweep);
	if (r->store.dir)
		store_close(&r->store);
	setup_free(&r->setup);
}

int run_measure(const struct run_options *options, char **dir)
{
	struct sweep_run r = { .options = *options };
	int failed, code;

	setup_init(&r.setup);
	events_init();
	failed = prepare(&r);
	code = failed ? exit_failed(failed, EXIT_USAGE) : measure_and_report(&r);
	if (dir)
		*dir = r.store.dir ? xstrdup(r.store.dir) : NULL;
	run_free(&r);
	return code;
}

/* What can be wrong before it matters which machine this is. Returns an exit code. */
static int check(const struct run_options *options)
{
	struct sweep_run r = { .options = *options };
	int code = EXIT_FINE;

	setup_init(&r.setup);
	if (options->resume)
		r.json = store_load_run(options->resume);
	if ((options->resume && !r.json) || load_plan(&r) ||
	    (r.options.tier != TIER_AUTO &&
	     check_simulated_options(&r.options.plan, r.options.tier)))
		code = exit_failed(-1, EXIT_USAGE);
	else
		print_needs(plan_uses(&r.plan).arches, r.options.tier);
	run_free(&r);
	return code;
}

/* The options that come before --resume in the table go without it. */
static int check_resume(const struct run_options *o, unsigned int given)
{
	for (size_t i = 0; o->resume && rows[i].offset != FIELD(run.resume); i++) {
		if (!(given & 1u << i))
			continue;
		complain("--resume and --%s exclude each other: a run is resumed as it was planned",
			 rows[i].name);
		return EXIT_USAGE;
	}
	return -1;
}

int cmd_run(int argc, char **argv)
{
	struct request request = { .run = run_defaults };
	unsigned int given = 0;
	int code;

	argv[0] = "run"; /* also when it is the default command */
	code = options_parse(&command_line, argc, argv, &request, &given);
	if (code < 0)
		code = check_resume(&request.run, given);
	if (code < 0 && optind < argc) {
		complain("'%s' is no option of run; see faultline run --help", argv[optind]);
		code = EXIT_USAGE;
	}
	request.run.command = argv;
	if (code < 0)
		code = request.is_check ? check(&request.run) : run_measure(&request.run, NULL);
	return code;
}
