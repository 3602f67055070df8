// SPDX-License-Identifier: GPL-2.0-only
/* `faultline point`: one point, readable. */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "../plan/cost.h"
#include "../measure/execution.h"
#include "../host/machine.h"
#include "../profile/profile.h"
#include "../report/table_record.h"
#include "../store/record.h"
#include "run_options.h"
#include "../measure/schedule.h"
#include "../measure/tier_choice.h"
#include "../base/file.h"
#include "../base/spawn.h"

static const char usage[] =
	"usage: faultline point [KEY=VALUE]... [OPTION]...\n"
	"Measures one point. Keys that are not given have their defaults; see faultline list.\n"
	"arch=all, or a list, measures it on each of these architectures.\n"
	"\n"
	"  --json                 prints the record, one line\n"
	"  --dry-run              prints the command instead of running it\n"
	"  --check                checks the keys and options, prints the architectures\n"
	"  --placement none|cores as for run; vcpu_cpus and reader_cpus go before it\n"
	"  --point-timeout S      seconds after which the point has failed (300, and more the\n"
	"                         longer it should take)\n"
	"  --profile[=DIR]        tells where the time goes, in a table and in flame graphs that go\n"
	"                         to the new folder DIR; of two architectures, where they differ;\n"
	"                         tier=simulated only\n"
	"  --help                 this text\n"
	"\n"
	"Exit code: 0 measured, 1 failed, 2 bad input or something is missing, 4 skipped,\n"
	"130 interrupted.\n";

static const struct option options[] = {
	{ "json", no_argument, NULL, 'j' },
	{ "dry-run", no_argument, NULL, 'n' },
	{ "check", no_argument, NULL, 'c' },
	{ "placement", required_argument, NULL, 'p' },
	{ "point-timeout", required_argument, NULL, 't' },
	{ "profile", optional_argument, NULL, 'f' },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

struct request {
	struct point point; /* of the architecture at hand */
	bool arches[ARCH_COUNT];
	bool json, dry_run, check, is_profiled;
	char *profile_dir; /* NULL as long as none is named */
	enum placement placement;
	double timeout_s;
	struct tier_choice tier;
	struct stacks stacks[ARCH_COUNT]; /* of profiles */
};

static bool is_of_several(const struct request *r)
{
	unsigned int count = 0;

	for (enum arch arch = 0; arch < ARCH_COUNT; arch++)
		count += r->arches[arch];
	return count > 1;
}

/* A key of the point, or the architectures. Returns 0 or, after a message, -1. */
static int take_pair(struct request *r, const char *pair)
{
	static const char arch[] = "arch=";

	if (!strncmp(pair, arch, strlen(arch))) {
		memset(r->arches, false, sizeof(r->arches));
		return parse_arches(pair + strlen(arch), r->arches);
	}
	if (!point_set_pair(&r->point, pair))
		return 0;
	complain_error();
	return -1;
}

/* Returns -1 to go on, or an exit code. */
static int parse(struct request *r, int argc, char **argv)
{
	int option;

	*r = (struct request){ 0 };
	point_defaults(&r->point);
	r->arches[r->point.arch] = true;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'h') {
			fputs(usage, stdout);
			return EXIT_FINE;
		}
		r->json |= option == 'j';
		r->dry_run |= option == 'n';
		r->check |= option == 'c';
		r->is_profiled |= option == 'f';
		if (option == 'f')
			r->profile_dir = optarg;
		if (option == '?')
			complain("see faultline point --help");
		if (option == '?' || (option == 'p' && parse_placement(optarg, &r->placement)) ||
		    (option == 't' && parse_timeout(optarg, &r->timeout_s)))
			return EXIT_USAGE;
	}
	for (; optind < argc; optind++)
		if (take_pair(r, argv[optind]))
			return EXIT_USAGE;
	return -1;
}

/* Decides on tier and placement. Returns -1 to go on, or an exit code. */
static int prepare(struct request *r, const struct setup *setup)
{
	struct tier_wanted wanted = { 0 };
	const struct host *host;
	int chosen;

	wanted.modes[r->point.mode] = true;
	wanted.arches[r->point.arch] = true;
	chosen = tier_choose(setup, r->point.tier, &wanted, &r->tier);
	if (chosen) {
		complain_error();
		return chosen == INTERRUPTED ? EXIT_INTERRUPTED : EXIT_USAGE;
	}
	r->point.tier = r->tier.tier;
	host = host_of(r->point.tier);
	/* Simulated CPUs were asked for, and the tier that was found has none. */
	if (point_resolve(&r->point) ||
	    (host->check_point && host->check_point(setup, &r->point))) {
		complain_error();
		return EXIT_USAGE;
	}
	plan_place_simulated(&r->point);
	if (r->placement == PLACEMENT_CORES && host != &host_native) {
		complain("--placement cores has no meaning in tier %s, whose CPUs are not this "
			 "machine's",
			 tier_kinds[r->point.tier].name);
		return EXIT_USAGE;
	}
	if (host == &host_native && r->placement != PLACEMENT_NONE && !*r->point.vcpu_cpus &&
	    !*r->point.reader_cpus && machine_place(&r->point)) {
		complain_error();
		return EXIT_USAGE;
	}
	return -1;
}

static int print_command(const struct request *r, const struct setup *setup)
{
	struct point_files files = { "record",	"console.log", "stderr.log",
				     "control", "status.log",  r->is_profiled ? "account" : NULL };
	struct strings words = { 0 };
	char *text;

	host_of(r->point.tier)->command(setup, &r->point, &files, &words);
	text = shell_quote(words.v);
	puts(text);
	free(text);
	strings_free(&words);
	return EXIT_FINE;
}

static void print_result(const json_t *record, const struct request *r)
{
	printf("tier %s (%s)\n", tier_kinds[r->point.tier].name, r->tier.why);
	printf("%s\n", json_string_value(json_object_get(record, "id")));
	if (strcmp(record_status(record), "ok")) {
		printf("%s: %s\n", record_status(record), record_reason(record));
		return;
	}
	table_record(stdout, record);
}

static void print_record(const json_t *record)
{
	char *line = record_dump(record);

	puts(line);
	free(line);
}

static int exit_code_of(const json_t *record)
{
	if (!strcmp(record_status(record), "ok"))
		return EXIT_FINE;
	return strcmp(record_status(record), "skipped") ? EXIT_POINT_FAILED : EXIT_SKIPPED;
}

/*
 * Reads the profile from the point's folder, shows and keeps it; of one of several architectures,
 * in a folder of its own. Returns an exit code.
 */
static int finish_profile(struct request *r, const char *dir)
{
	struct stacks *stacks = &r->stacks[r->point.arch];
	char *path = xasprintf("%s/point.account", dir);
	char *folder = is_of_several(r) ?
			       xasprintf("%s/%s", r->profile_dir, arch_names[r->point.arch]) :
			       xstrdup(r->profile_dir);
	int code = EXIT_POINT_FAILED;

	if (!stacks_read(stacks, path)) {
		if (!r->json && !is_of_several(r))
			profile_print(stdout, stacks, &r->point);
		if (!profile_store(folder, stacks, &r->point))
			code = EXIT_FINE;
	}
	if (code)
		complain_error();
	else if (!r->json)
		printf("\n  flame graphs and their data: %s\n", folder);
	free(folder);
	free(path);
	return code;
}

/* Its files stay where they are when the point has failed, and are shown. */
static int measure(struct request *r, const struct setup *setup, char *dir)
{
	json_t *record, *wall = NULL;
	char *id;
	bool interrupted;
	int code;

	record = execution_run(setup, host_of(r->point.tier), &r->point, dir, "point",
			       r->is_profiled, cost_timeout_s(&r->point, r->timeout_s),
			       &interrupted, &wall);
	if (!record) {
		complain("%s", interrupted ? "interrupted" : error_text());
		scratch_remove(dir);
		return interrupted ? EXIT_INTERRUPTED : EXIT_POINT_FAILED;
	}
	id = point_id(&r->point);
	record_finish(record, mode_names[r->point.mode], id, wall);
	free(id);
	if (r->json)
		print_record(record);
	else
		print_result(record, r);
	code = exit_code_of(record);
	json_decref(record);
	if (code == EXIT_FINE && r->is_profiled)
		code = finish_profile(r, dir);
	if (code == EXIT_POINT_FAILED) {
		complain("the point has failed; its logs are in %s", dir);
		free(dir);
	} else {
		scratch_remove(dir);
	}
	return code;
}

static int check_memory(const struct request *r, const struct setup *setup)
{
	struct planned planned = { .point = r->point };
	struct plan plan = { &planned, 1 };
	bool is_done = false;
	struct schedule schedule = {
		.setup = setup, .host = host_of(r->point.tier), .plan = &plan, .is_done = &is_done
	};

	if (!schedule_check_memory(&schedule))
		return -1;
	complain_error();
	return EXIT_USAGE;
}

/* What can be wrong before it matters which machine this is. Returns 0 or, after a message, -1. */
static int check_keys(const struct request *r)
{
	struct point p = r->point;

	if (!point_resolve(&p) && !(r->is_profiled && profile_check_keys(&p)))
		return 0;
	complain_error();
	return -1;
}

static int point_with_setup(struct request *r, const struct setup *setup)
{
	char *dir;
	int code;

	code = prepare(r, setup);
	if (code >= 0)
		return code;
	if (r->is_profiled && profile_check(setup, &r->point)) {
		complain_error();
		return EXIT_USAGE;
	}
	if (r->dry_run)
		return print_command(r, setup);
	code = check_memory(r, setup);
	if (code >= 0)
		return code;
	dir = scratch_make();
	if (dir)
		return measure(r, setup, dir);
	complain_error();
	return EXIT_USAGE;
}

/* The differences between the profiles of both architectures. Returns an exit code. */
static int compare_profiles(const struct request *r)
{
	const struct stacks *stacks[ARCH_COUNT];

	for (enum arch arch = 0; arch < ARCH_COUNT; arch++)
		stacks[arch] = &r->stacks[arch];
	if (!r->json)
		profile_compare(stdout, stacks, &r->point);
	if (!profile_store_comparison(r->profile_dir, stacks, &r->point))
		return EXIT_FINE;
	complain_error();
	return EXIT_POINT_FAILED;
}

/* The point on every architecture asked for, as far as all goes well. Returns an exit code. */
static int measure_all(struct request *r, const struct setup *setup)
{
	const struct point asked = r->point;
	int code = EXIT_FINE;

	for (enum arch arch = 0; arch < ARCH_COUNT && !code; arch++) {
		r->point = asked;
		r->point.arch = arch;
		if (r->arches[arch] && check_keys(r))
			code = EXIT_USAGE;
	}
	if (code)
		return code;
	if (r->check) {
		print_arches(r->arches);
		return EXIT_FINE;
	}
	if (r->is_profiled && profile_check_dir(r->profile_dir)) {
		complain_error();
		return EXIT_USAGE;
	}
	for (enum arch arch = 0; arch < ARCH_COUNT && !code; arch++) {
		r->point = asked;
		r->point.arch = arch;
		if (r->arches[arch])
			code = point_with_setup(r, setup);
	}
	if (!code && r->is_profiled && !r->dry_run && is_of_several(r))
		code = compare_profiles(r);
	return code;
}

int cmd_point(int argc, char **argv)
{
	struct setup setup;
	struct request r;
	int code = parse(&r, argc, argv);
	char *default_dir;

	if (code >= 0)
		return code;
	setup_init(&setup);
	events_init();
	default_dir = r.profile_dir ? NULL : store_default_dir(setup.root, "profile");
	if (default_dir)
		r.profile_dir = default_dir;
	code = measure_all(&r, &setup);
	for (enum arch arch = 0; arch < ARCH_COUNT; arch++)
		stacks_free(&r.stacks[arch]);
	free(default_dir);
	setup_free(&setup);
	return code;
}
