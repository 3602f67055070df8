// SPDX-License-Identifier: GPL-2.0-only
#include "run_json.h"

#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

#include "execution.h"
#include "../host/machine.h"
#include "../../mode.h"
#include "../store/record.h"
#include "../base/json.h"
#include "../base/spawn.h"

static json_t *text_or_null(const char *text)
{
	return text ? json_string(text) : json_null();
}

static json_t *native_kernel(void)
{
	struct utsname uts;

	uname(&uts);
	return json_pack("{s:s, s:s}", "version", uts.release, "build", uts.version);
}

/* What a VM of that architecture is made of: added to target. */
static int add_vm(const struct setup *setup, enum arch arch, json_t *target)
{
	json_t *manifest = setup_kernel_manifest(setup, arch);
	char *qemu = manifest ? setup_qemu_version(setup, arch) : NULL;

	if (!qemu) {
		json_decref(manifest);
		return -1;
	}
	json_object_set_new(target, "initramfs_sha256",
			    json_owned(setup_sha256(setup->targets[arch].initramfs)));
	json_object_set_new(target, "kernel", manifest);
	json_object_set_new(target, "qemu", json_pack("{s:s}", "version", qemu));
	free(qemu);
	return 0;
}

static json_t *make_target(const struct setup *setup, enum arch arch, bool vm)
{
	json_t *target = json_object();

	json_object_set_new(target, "point_sha256",
			    json_owned(setup_sha256(setup->targets[arch].point_program)));
	if (!vm) {
		json_object_set_new(target, "initramfs_sha256", json_null());
		json_object_set_new(target, "kernel", native_kernel());
		json_object_set_new(target, "qemu", json_null());
	} else if (add_vm(setup, arch, target)) {
		json_decref(target);
		return NULL;
	}
	return target;
}

static json_t *make_faultline(const struct setup *setup, bool vm)
{
	bool dirty;
	char *commit = setup_commit(setup, &dirty);
	json_t *faultline = json_object();

	json_object_set_new(faultline, "version", json_string(FAULTLINE_VERSION));
	json_object_set_new(faultline, "commit", text_or_null(commit));
	json_object_set_new(faultline, "dirty", commit ? json_boolean(dirty) : json_null());
	json_object_set_new(faultline, "compiler", json_string("gcc " __VERSION__));
	json_object_set_new(faultline, "manycore_sha256",
			    vm ? json_owned(setup_sha256(setup->manycore)) : json_null());
	json_object_set_new(faultline, "coherence_sha256",
			    vm ? json_owned(setup_sha256(setup->coherence)) : json_null());
	free(commit);
	return faultline;
}

json_t *run_identity(const struct setup *setup, const struct host *host, const struct plan *plan)
{
	bool vm = host == &host_vm, modes[MODE_COUNT], arches[ARCH_COUNT];
	json_t *identity = json_object(), *targets = json_object();

	plan_uses(plan, modes, arches);
	json_object_set_new(identity, "faultline", make_faultline(setup, vm));
	json_object_set_new(identity, "targets", targets);
	for (enum arch arch = 0; arch < ARCH_COUNT; arch++) {
		json_t *target;

		if (!arches[arch])
			continue;
		target = make_target(setup, arch, vm);
		if (!target) {
			json_decref(identity);
			return NULL;
		}
		json_object_set_new(targets, arch_names[arch], target);
	}
	return identity;
}

static char *plain_text(const json_t *value)
{
	if (json_is_string(value))
		return xstrdup(json_string_value(value));
	return value ? json_dump(value, JSON_COMPACT) : xstrdup("not there");
}

/* Finds what differs; path: the names of the objects that they are in. */
static int check_part(const char *path, const json_t *then, json_t *now)
{
	const char *name;
	json_t *value;
	char *was, *is;

	if (then && json_equal(then, now))
		return 0;
	if (json_is_object(then) && json_is_object(now)) {
		json_object_foreach (now, name, value) {
			char *full = xasprintf("%s %s", path, name);
			int differs = check_part(full, json_object_get(then, name), value);

			free(full);
			if (differs)
				return -1;
		}
		error("%s is not the same", path); /* members that are gone */
		return -1;
	}
	was = plain_text(then);
	is = plain_text(now);
	error("%s was %s and is %s now", path, was, is);
	free(was);
	free(is);
	return -1;
}

int run_identity_check(const json_t *run, const json_t *identity)
{
	const char *name;
	json_t *now;

	json_object_foreach ((json_t *)identity, name, now)
		if (check_part(name, json_object_get(run, name), now))
			return -1;
	return 0;
}

static json_t *plan_json(const struct run_facts *facts)
{
	const struct plan_options *o = &facts->options;
	json_t *plan = json_object(), *series = json_array();

	json_object_set_new(plan, "sweep", json_string(facts->sweep_name));
	json_object_set_new(plan, "sweep_text", json_string(facts->sweep->text));
	for (size_t i = 0; i < facts->sweep->series_count; i++)
		json_array_append_new(series, json_string(facts->sweep->series[i].name));
	json_object_set_new(plan, "series", series);
	for (size_t i = 0; i < PLAN_TEXTS; i++)
		json_object_set_new(plan, plan_text_names[i], text_or_null(o->texts[i]));
	json_object_set_new(plan, "repeat", o->repeat ? json_integer(o->repeat) : json_null());
	json_object_set_new(plan, "seed", json_integer((json_int_t)o->seed));
	json_object_set_new(plan, "placement", json_string(facts->place ? "cores" : "none"));
	return plan;
}

static void add_option(struct strings *words, const char *option, const char *value)
{
	if (!value)
		return;
	strings_add(words, xasprintf("--%s", option));
	strings_add(words, xstrdup(value));
}

static json_t *repeat_command(const struct run_facts *facts)
{
	const struct plan_options *o = &facts->options;
	char *repeat = o->repeat ? xasprintf("%u", o->repeat) : NULL;
	char *seed = xasprintf("%llu", (unsigned long long)o->seed);
	struct strings words = { 0 };
	char *text;

	strings_add(&words, xstrdup("./run.sh"));
	strings_add(&words, xstrdup("run"));
	add_option(&words, "sweep", facts->sweep_name);
	add_option(&words, "tier", tier_kinds[facts->tier].name);
	for (size_t i = 0; i < PLAN_TEXTS; i++)
		add_option(&words, plan_text_names[i], o->texts[i]);
	add_option(&words, "repeat", repeat);
	add_option(&words, "seed", seed);
	if (tier_kinds[facts->tier].host == HOST_NATIVE)
		add_option(&words, "placement", facts->place ? "cores" : "none");
	text = shell_quote(words.v);
	strings_free(&words);
	free(repeat);
	free(seed);
	return json_owned(text);
}

/* As typed, without what run.sh put before it. */
static json_t *command_line(char **argv)
{
	char *arguments = shell_quote(argv + 1);
	json_t *line = json_sprintf("faultline run%s%s", *arguments ? " " : "", arguments);

	free(arguments);
	return line;
}

static json_t *time_now(void)
{
	char text[32];

	return json_string(time_text(text, time(NULL)));
}

/* A point's command, with its files where they are to be. */
static json_t *point_command(const struct schedule *schedule, const struct planned *planned)
{
	struct strings words = { 0 };
	struct point_files files;
	char stem[32], *text;

	snprintf(stem, sizeof(stem), PLANNED_STEM, planned->number);
	point_files_init(&files, schedule->store->logs, stem);
	schedule->host->command(schedule->setup, &planned->point, &files, &words);
	text = shell_quote(words.v);
	strings_free(&words);
	point_files_free(&files);
	return json_owned(text);
}

/* The command of each architecture's first point. */
static json_t *first_commands(const struct schedule *schedule)
{
	json_t *commands = json_object();

	for (size_t i = 0; i < schedule->plan->count; i++) {
		const struct planned *planned = &schedule->plan->points[i];
		const char *arch = arch_names[planned->point.arch];

		if (!json_object_get(commands, arch))
			json_object_set_new(commands, arch, point_command(schedule, planned));
	}
	return commands;
}

json_t *run_json_make(const struct run_facts *facts, const struct schedule *schedule,
		      const json_t *identity)
{
	const char *slash = strrchr(schedule->store->dir, '/');
	json_t *run = json_object(), *wall = json_object();

	json_object_set_new(run, "schema", json_integer(RUN_SCHEMA_VERSION));
	json_object_set_new(run, "name", json_string(slash ? slash + 1 : schedule->store->dir));
	json_object_set_new(run, "sweep", json_string(facts->sweep_label));
	json_object_set_new(run, "summary", json_string(facts->sweep->summary));
	json_object_set_new(run, "tier", json_string(tier_kinds[facts->tier].name));
	json_object_set_new(run, "tier_why", json_string(facts->tier_why));
	json_object_set_new(run, "host", json_string(schedule->host->name));
	run_json_update(run, schedule, false);
	json_object_set_new(run, "plan", plan_json(facts));
	json_object_set_new(run, "command", repeat_command(facts));
	json_object_update(run, (json_t *)identity);
	json_object_set_new(wall, "started", time_now());
	json_object_set_new(wall, "ended", json_null());
	json_object_set_new(wall, "command_line", command_line(facts->argv));
	json_object_set_new(wall, "first_commands", first_commands(schedule));
	json_object_set_new(wall, "jobs", json_integer(schedule->jobs));
	json_object_set_new(wall, "machine", machine_describe());
	json_object_set_new(run, "wall", wall);
	return run;
}

void run_json_resumed(json_t *run)
{
	json_t *wall = json_object_get(run, "wall");
	json_t *times = json_object_get(wall, "resumed");

	if (!times) {
		times = json_array();
		json_object_set_new(wall, "resumed", times);
	}
	json_array_append_new(times, time_now());
	json_object_set_new(wall, "ended", json_null());
}

void run_json_update(json_t *run, const struct schedule *s, bool ended)
{
	bool complete = s->ok + s->skipped == s->plan->count;

	json_object_set_new(run, "complete", json_boolean(complete));
	json_object_set_new(run, "total", json_integer((json_int_t)s->plan->count));
	json_object_set_new(run, "counts",
			    json_pack("{s:i, s:i, s:i}", "ok", (int)s->ok, "failed", (int)s->failed,
				      "skipped", (int)s->skipped));
	if (ended)
		json_object_set_new(json_object_get(run, "wall"), "ended", time_now());
}
