// SPDX-License-Identifier: GPL-2.0-only
/* `faultline point`: one point, readable. */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "command_line.h"
#include "../base/file.h"
#include "../host/cpu_share.h"
#include "../host/limits.h"
#include "../host/nearness.h"
#include "../measure/identity.h"
#include "../measure/schedule.h"
#include "../measure/tier_choice.h"
#include "../profile/profile_set.h"
#include "../report/table_record.h"
#include "../store/record.h"

struct request {
	struct point point; /* of the architecture at hand */
	bool arches[ARCH_COUNT];
	bool is_json, is_dry_run, is_check;
	struct profile_option {
		bool is_given;
		const char *dir; /* NULL as long as none is named */
	} profile;
	enum placement placement;
	unsigned int timeout_s;
	struct profile_set profiles;
};

static int take_profile(const struct option_row *row, const char *text, void *field)
{
	(void)row;
	*(struct profile_option *)field = (struct profile_option){ true, text };
	return 0;
}

#define FIELD(name) offsetof(struct request, name)

/* clang-format off */
static const struct option_row rows[] = {
	{ "json", NULL, "prints the record, one line", take_flag, FIELD(is_json) },
	{ "dry-run", NULL, "prints the command instead of running it", take_flag, FIELD(is_dry_run) },
	{ "check", NULL, "checks the keys and options, prints the architectures",
	  take_flag, FIELD(is_check) },
	{ "placement", PLACEMENT_VALUES, "as for run; vcpu_cpus and reader_cpus go before it",
	  take_placement, FIELD(placement) },
	{ "point-timeout", "S", TIMEOUT_HELP, take_number, FIELD(timeout_s), TIMEOUT_MAX_S },
	{ "profile", "[=DIR]", "tells where the time goes, in a table and in flame graphs that go\n"
	  "to the new folder DIR; of two architectures, where they differ;\ntier=simulated only",
	  take_profile, FIELD(profile) },
	{ 0 },
};
/* clang-format on */

static const struct command_line command_line = {
	"usage: faultline point [KEY=VALUE]... [OPTION]...\n"
	"Measures one point. Keys that are not given have their defaults; see faultline list.\n"
	"arch=all, or a list, measures it on each of these architectures.\n",
	rows,
	"Exit code: 0 measured, 1 failed, 2 bad input or something is missing, 4 skipped,\n"
	"130 interrupted.\n",
};

/* A key of the point, or the architectures. Returns 0, or -1 after error(). */
static int take_pair(struct request *r, const char *pair)
{
	static const char arch[] = "arch=";

	if (strncmp(pair, arch, strlen(arch)))
		return point_set_pair(&r->point, pair);
	memset(r->arches, false, sizeof(r->arches));
	return sweep_choices("arch", pair + strlen(arch), r->arches);
}

/* Decides on tier and places. Returns 0, -1 after error(), or INTERRUPTED. */
static int prepare(struct request *r, const struct setup *setup, struct tier_choice *choice)
{
	struct plan_uses uses = { 0 };
	struct point *p = &r->point;
	int failed;

	uses.modes[p->mode] = true;
	uses.arches[p->arch] = true;
	failed = tier_choose(setup, p->tier, &uses, choice);
	if (failed)
		return failed;
	p->tier = choice->tier;
	/* Simulated CPUs may be asked for, and the tier that was found have none. */
	if (point_resolve(p) || point_place(p, setup, r->placement))
		return -1;
	return r->profile.is_given ? profile_check(setup, p) : 0;
}

static void print_owned(char *line)
{
	puts(line);
	free(line);
}

/* Shows the record and the profile. Returns an exit code, after a message for a profile's failure. */
static int show(struct request *r, const json_t *record, const char *tier_why, const char *account)
{
	if (r->is_json)
		print_owned(record_dump(record));
	else
		table_record(stdout, record, tier_why);
	if (!strcmp(record_status(record), "skipped"))
		return EXIT_SKIPPED;
	if (strcmp(record_status(record), "ok"))
		return EXIT_POINT_FAILED;
	if (r->profile.is_given && profile_set_add(&r->profiles, account, &r->point))
		return exit_failed(-1, EXIT_POINT_FAILED);
	return EXIT_FINE;
}

/* Its files stay where they are when the point has failed, and are named. */
static int measure(struct request *r, struct job *job, const char *tier_why,
		   struct identity *identity)
{
	char *dir = scratch_make(), *id, *account;
	json_t *record, *wall;
	int failed, code;

	if (!dir)
		return exit_failed(-1, EXIT_USAGE);
	job->log_dir = dir;
	failed = execution_run(job, &record, &wall);
	if (failed) {
		scratch_remove(dir);
		return exit_failed(failed, EXIT_POINT_FAILED);
	}
	if (identity_check(identity)) {
		json_decref(record);
		json_decref(wall);
		scratch_remove(dir);
		return exit_failed(-1, EXIT_USAGE);
	}
	id = point_id(&r->point);
	record_finish(record, mode_names[r->point.mode], id, wall);
	free(id);
	account = xasprintf("%s/point.account", dir);
	code = show(r, record, tier_why, account);
	free(account);
	json_decref(record);
	if (code != EXIT_POINT_FAILED) {
		scratch_remove(dir);
		return code;
	}
	complain("the point has failed; its logs are in %s", dir);
	free(dir);
	return code;
}

/* The same, if it is measured with one and the same program, kernel, QEMU and so on throughout. */
static int measure_identified(struct request *r, struct job *job, const char *tier_why)
{
	bool arches[ARCH_COUNT] = { false };
	struct identity_scope scope = { job->setup, job->host, arches, job->has_account };
	struct identity identity;
	int code;

	arches[r->point.arch] = true;
	code = identity_take(&identity, &scope) ? exit_failed(-1, EXIT_USAGE) :
						  measure(r, job, tier_why, &identity);
	identity_free(&identity);
	return code;
}

/* The point on one architecture. Returns an exit code, after a message if it is not 0. */
static int run_point_on(struct request *r, const struct setup *setup)
{
	struct job job = {
		.setup = setup,
		.point = &r->point,
		.stem = "point",
		.has_account = r->profile.is_given,
		.timeout_s = r->timeout_s,
	};
	struct tier_choice choice;
	int failed = prepare(r, setup, &choice);

	if (failed)
		return exit_failed(failed, EXIT_USAGE);
	job.host = host_of(r->point.tier);
	if (r->is_dry_run) {
		print_owned(job_command(&job));
		return EXIT_FINE;
	}
	if (limits_check(job.host, &r->point, scratch_place()))
		return exit_failed(-1, EXIT_USAGE);
	if (job.host->one_at_a_time) {
		cpu_share_warn(&r->point);
		nearness_warn(&r->point);
	}
	cpu_share_warn_polling(&r->point);
	return measure_identified(r, &job, choice.why);
}

/* What can be wrong before it matters which machine this is. Returns 0, or -1 after error(). */
static int check(struct request *r)
{
	/* A profile follows one measurement. */
	if (r->profile.is_given && !r->point.draws)
		r->point.draws = 1;
	for (enum arch arch = 0; arch < ARCH_COUNT; arch++) {
		struct point p = r->point;

		p.arch = arch;
		if (r->arches[arch] &&
		    (point_resolve(&p) || (r->profile.is_given && profile_check_keys(&p))))
			return -1;
	}
	return 0;
}

/* The point on every architecture asked for, as far as all goes well. Returns an exit code. */
static int run_all(struct request *r, const struct setup *setup)
{
	const struct point asked = r->point;
	int code = EXIT_FINE;

	if (r->profiles.dir && profile_check_dir(r->profiles.dir))
		return exit_failed(-1, EXIT_USAGE);
	for (enum arch arch = 0; arch < ARCH_COUNT && !code; arch++) {
		r->point = asked;
		r->point.arch = arch;
		if (r->arches[arch])
			code = run_point_on(r, setup);
	}
	if (!code && r->profile.is_given && !r->is_dry_run &&
	    profile_set_compare(&r->profiles, &r->point))
		return exit_failed(-1, EXIT_POINT_FAILED);
	return code;
}

/* What all architectures share. Returns an exit code. */
static int run_request(struct request *r)
{
	unsigned int arches = 0;
	struct setup setup;
	int code;

	setup_init(&setup);
	events_init();
	for (enum arch arch = 0; arch < ARCH_COUNT; arch++)
		arches += r->arches[arch];
	r->profiles = (struct profile_set){
		.dir = r->profile.dir ? xstrdup(r->profile.dir) : NULL,
		.root = setup.root,
		.is_of_several = arches > 1,
		.out = r->is_json ? NULL : stdout,
	};
	code = run_all(r, &setup);
	profile_set_free(&r->profiles);
	setup_free(&setup);
	return code;
}

int cmd_point(int argc, char **argv)
{
	struct request r = { 0 };
	int code;

	point_defaults(&r.point);
	r.arches[r.point.arch] = true;
	code = options_parse(&command_line, argc, argv, &r, NULL);
	if (code >= 0)
		return code;
	for (; optind < argc; optind++)
		if (take_pair(&r, argv[optind]))
			return exit_failed(-1, EXIT_USAGE);
	if (check(&r))
		return exit_failed(-1, EXIT_USAGE);
	if (!r.is_check)
		return run_request(&r);
	print_needs(r.arches, r.point.tier);
	return EXIT_FINE;
}
