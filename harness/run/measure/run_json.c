// SPDX-License-Identifier: GPL-2.0-only
#include "run_json.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../host/cpu_ticks.h"
#include "../host/machine.h"
#include "../store/record.h"
#include "../base/json.h"
#include "../base/spawn.h"

/* A member that is null where there is no text. */
static void set_text(json_t *object, const char *name, const char *text)
{
	json_object_set_new(object, name, json_of_text(text));
}

static void set_owned(json_t *object, const char *name, char *owned)
{
	set_text(object, name, owned);
	free(owned);
}

static json_t *plan_json(const struct run_facts *facts)
{
	const struct plan_options *o = &facts->options->plan;
	json_t *plan = json_object(), *series = json_array();

	set_text(plan, "sweep", facts->options->sweep);
	set_text(plan, "sweep_text", facts->sweep->text);
	/* A search names its points by what they are, and these names sort themselves. */
	for (size_t i = 0; i < facts->sweep->series_count && !facts->sweep->searched; i++)
		json_array_append_new(series, json_string(facts->sweep->series[i].name));
	json_object_set_new(plan, "series", series);
	for (size_t i = 0; i < PLAN_TEXTS; i++)
		set_text(plan, plan_text_names[i], o->texts[i]);
	json_object_set_new(plan, "repeat", o->repeat ? json_integer(o->repeat) : json_null());
	json_object_set_new(plan, "seed", json_integer((json_int_t)o->seed));
	set_text(plan, "placement",
		 placement_names[placement_in(facts->choice->tier, facts->options->placement)]);
	return plan;
}

int run_json_plan(const json_t *run, struct run_options *o, const char **sweep_text)
{
	const json_t *plan = json_object_get(run, "plan");
	const char *tier = json_member(run, "tier"), *placement = json_member(plan, "placement");

	o->sweep = json_member(plan, "sweep");
	*sweep_text = json_member(plan, "sweep_text");
	if (!*sweep_text || !o->sweep || !tier || !placement || tier_parse(tier, &o->tier) ||
	    placement_parse(placement, &o->placement))
		return error("%s/run.json has no plan; start a new run", o->resume);
	o->plan = (struct plan_options){
		.repeat = (unsigned int)json_number_of(plan, "repeat"),
		.seed = (uint64_t)json_number_of(plan, "seed"),
	};
	for (size_t i = 0; i < PLAN_TEXTS; i++)
		o->plan.texts[i] = json_member(plan, plan_text_names[i]);
	return 0;
}

static void add_option(struct strings *words, const char *option, char *owned_value)
{
	strings_add(words, xasprintf("--%s", option));
	strings_add(words, owned_value);
}

/* What gives the same run again: most members of plan are named as options are. */
static char *repeat_command(const struct run_facts *facts, json_t *plan)
{
	const struct tier_kind *tier = &tier_kinds[facts->choice->tier];
	struct strings words = { 0 };
	const char *name;
	json_t *value;
	char *quoted, *text;

	strings_add(&words, xstrdup("./run.sh"));
	strings_add(&words, xstrdup("run"));
	add_option(&words, "sweep", xstrdup(facts->options->sweep));
	add_option(&words, "tier", xstrdup(tier->name));
	json_object_foreach (plan, name, value) {
		bool is_option = strncmp(name, "sweep", strlen("sweep")) &&
				 strcmp(name, "series") && !json_is_null(value);

		if (is_option && (tier->host == HOST_NATIVE || strcmp(name, "placement")))
			add_option(&words, name, json_plain(value));
	}
	quoted = shell_quote(words.v);
	text = xasprintf("%s%s", quoted, setup_kernel_options());
	free(quoted);
	strings_free(&words);
	return text;
}

static json_t *time_now(void)
{
	char text[32];

	return json_string(time_text(text, time(NULL)));
}

/* The command of each architecture's first point, with its files where they are to be. */
static json_t *first_commands(const struct schedule *s)
{
	json_t *commands = json_object();

	for (size_t i = 0; i < s->plan->count; i++) {
		const struct planned *planned = &s->plan->points[i];
		const char *arch = arch_names[planned->point.arch];
		struct job job = schedule_job(s, planned);

		if (!json_object_get(commands, arch))
			set_owned(commands, arch, job_command(&job));
	}
	return commands;
}

/* The load counts where points execute on this machine. */
static json_t *machine_of(const struct schedule *s)
{
	json_t *machine = machine_describe();

	if (s->host->one_at_a_time)
		json_object_set_new(machine, "load", cpu_load());
	return machine;
}

/* What may differ from one run to the next without making its records others. */
static json_t *make_wall(const struct run_facts *facts)
{
	char *command = shell_quote(facts->options->command);
	json_t *wall = json_object();

	json_object_set_new(wall, "started", time_now());
	json_object_set_new(wall, "ended", json_null());
	/* As typed, without what run.sh put before it. */
	set_owned(wall, "command_line", xasprintf("faultline %s", command));
	json_object_set_new(wall, "first_commands", first_commands(facts->schedule));
	json_object_set_new(wall, "jobs", json_integer(facts->schedule->jobs));
	json_object_set_new(wall, "machine", machine_of(facts->schedule));
	free(command);
	return wall;
}

json_t *run_json_make(const struct run_facts *facts, const struct identity *identity)
{
	const struct schedule *s = facts->schedule;
	const char *slash = strrchr(s->store->dir, '/');
	json_t *run = json_object(), *plan = plan_json(facts);

	json_object_set_new(run, "schema", json_integer(RUN_SCHEMA_VERSION));
	set_text(run, "name", slash ? slash + 1 : s->store->dir);
	set_owned(run, "sweep", sweep_label(facts->sweep));
	set_text(run, "summary", facts->sweep->summary);
	set_text(run, "tier", tier_kinds[facts->choice->tier].name);
	set_text(run, "tier_why", facts->choice->why);
	set_text(run, "host", s->host->name);
	run_json_update(run, s, false);
	json_object_set_new(run, "plan", plan);
	set_owned(run, "command", repeat_command(facts, plan));
	json_object_update(run, identity->json);
	json_object_set_new(run, "wall", make_wall(facts));
	return run;
}

/* Adds to a list of wall, which is made if there is none. */
static void append(json_t *wall, const char *name, json_t *value)
{
	if (!json_object_get(wall, name))
		json_object_set_new(wall, name, json_array());
	json_array_append_new(json_object_get(wall, name), value);
}

void run_json_resumed(json_t *run, const struct schedule *s)
{
	json_t *wall = json_object_get(run, "wall"), *then = json_object_get(wall, "machine");
	json_t *machine = machine_of(s), *load = json_object_get(machine, "load");

	append(wall, "resumed", time_now());
	if (load)
		json_object_set(then, "load", load);
	/* In VMs points are the same wherever they are measured, so that this may be elsewhere. */
	if (!json_equal(machine, then))
		append(wall, "other_machines", json_incref(machine));
	json_decref(machine);
	json_object_set_new(wall, "jobs", json_integer(s->jobs));
	json_object_set_new(wall, "ended", json_null());
}

void run_json_update(json_t *run, const struct schedule *s, bool ended)
{
	bool complete = ended && s->ok + s->skipped == s->plan->count;

	json_object_set_new(run, "complete", json_boolean(complete));
	json_object_set_new(run, "total", json_integer((json_int_t)s->plan->count));
	json_object_set_new(run, "counts",
			    json_pack("{s:i, s:i, s:i}", "ok", (int)s->ok, "failed", (int)s->failed,
				      "skipped", (int)s->skipped));
	if (ended)
		json_object_set_new(json_object_get(run, "wall"), "ended", time_now());
}
