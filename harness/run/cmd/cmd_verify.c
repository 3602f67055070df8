// SPDX-License-Identifier: GPL-2.0-only
/* `faultline verify`: measures points of a run again, and says whether the digits are those. */
#include <getopt.h>
#include <stdlib.h>

#include "command_line.h"
#include "commands.h"
#include "../base/file.h"
#include "../base/json.h"
#include "../host/limits.h"
#include "../measure/digits.h"
#include "../measure/execution.h"
#include "../measure/identity.h"
#include "../measure/tier_choice.h"
#include "../store/record.h"
#include "../store/store.h"

#define SAMPLE 5 /* points, unless more are asked for */

struct request {
	unsigned int points;
	unsigned int timeout_s;
	bool is_check;
};

#define FIELD(name) offsetof(struct request, name)

/* clang-format off */
static const struct option_row rows[] = {
	{ "points", "N", "how many of the run's points, evenly spread (5)", take_number, FIELD(points), UINT32_MAX },
	{ "point-timeout", "S", TIMEOUT_HELP, take_number, FIELD(timeout_s), TIMEOUT_MAX_S },
	{ "check", NULL, "prints the architectures that it takes, and measures nothing", take_flag, FIELD(is_check) },
	{ 0 },
};
/* clang-format on */

static const struct command_line command_line = {
	"usage: faultline verify DIR [OPTION]...\n"
	"Measures points of a simulated run again, and compares every digit with the record\n"
	"in DIR. Says what differs of that which digits depend on: kernel, initramfs, QEMU and\n"
	"the simulated host's libraries.\n",
	rows,
	"Exit code: 0 the same digits, 1 others or a point failed, 2 bad input or something is\n"
	"missing, 130 interrupted.\n",
};

struct verification {
	struct request request;
	struct setup setup;
	json_t *run;
	struct records records; /* those that are ok */
	struct plan_uses uses;
	struct identity identity;
	size_t measured, same;
};

/* Returns 0, or -1 after error(). */
static int load(struct verification *v, const char *dir)
{
	size_t kept = 0;

	v->run = store_load_run(dir);
	if (!v->run || records_read(&v->records, dir))
		return -1;
	for (size_t i = 0; i < v->records.n; i++) {
		struct record *record = &v->records.v[i];

		if (!record_is_ok(record) || !tier_kinds[record->point.tier].is_simulated) {
			json_decref(record->json);
			continue;
		}
		v->uses.arches[record->point.arch] = true;
		v->uses.modes[record->point.mode] = true;
		v->records.v[kept++] = *record;
	}
	v->records.n = kept;
	if (kept)
		return 0;
	return error("%s has no points of tier simulated; times of other tiers never repeat", dir);
}

/* Returns 0, -1 after error(), or INTERRUPTED. */
static int prepare(struct verification *v)
{
	struct identity_scope scope = { &v->setup, host_of(TIER_SIMULATED), v->uses.arches, false };
	struct tier_choice choice;
	int failed = tier_choose(&v->setup, TIER_SIMULATED, &v->uses, &choice);
	return failed ? failed : identity_take(&v->identity, &scope);
}

static void compare(struct verification *v, const struct record *record, const json_t *again)
{
	char *path = digits_difference(record->json, again);

	v->measured++;
	v->same += !path;
	printf("%-6s %s\n", path ? "other" : "same", json_member(record->json, "id"));
	if (path)
		printf("       the first that differs: %s%s%s\n", path,
		       record_reason(again) ? ": " : "",
		       record_reason(again) ? record_reason(again) : "");
	fflush(stdout);
	free(path);
}

/* Returns 0, -1 after error(), or INTERRUPTED. */
static int measure(struct verification *v, const struct record *record, const char *dir)
{
	struct job job = {
		.setup = &v->setup,
		.host = host_of(TIER_SIMULATED),
		.point = &record->point,
		.log_dir = dir,
		.stem = "point",
		.timeout_s = v->request.timeout_s,
	};
	json_t *again;
	int failed = limits_check(job.host, job.point, dir);

	if (!failed)
		failed = execution_run(&job, &again, NULL);
	if (failed)
		return failed;
	compare(v, record, again);
	json_decref(again);
	return identity_check(&v->identity);
}

static int measure_sample(struct verification *v)
{
	size_t points = v->request.points ? v->request.points : SAMPLE;
	char *dir = scratch_make();
	int failed = dir ? 0 : -1;

	if (points > v->records.n)
		points = v->records.n;
	for (size_t i = 0; i < points && !failed; i++)
		failed = measure(v, &v->records.v[i * v->records.n / points], dir);
	if (dir)
		scratch_remove(dir);
	return failed;
}

static int conclude(const struct verification *v)
{
	struct text text;
	size_t causes = digits_causes(text_open(&text), v->run, v->identity.json);
	char *differ = text_close(&text);

	printf("%zu of %zu points have the same digits\n", v->same, v->measured);
	if (causes)
		printf("what digits depend on is not the same:\n%s", differ);
	else if (v->same < v->measured)
		puts("though all that digits should depend on is the same: please report this");
	free(differ);
	return v->same == v->measured ? EXIT_FINE : EXIT_POINT_FAILED;
}

static int verify(struct verification *v, const char *dir)
{
	int failed = load(v, dir);

	if (failed)
		return exit_failed(failed, EXIT_USAGE);
	if (v->request.is_check) {
		print_needs(v->uses.arches, TIER_SIMULATED);
		return EXIT_FINE;
	}
	failed = prepare(v);
	if (!failed)
		failed = measure_sample(v);
	return failed ? exit_failed(failed, EXIT_USAGE) : conclude(v);
}

int cmd_verify(int argc, char **argv)
{
	struct verification v = { 0 };
	int code = options_parse(&command_line, argc, argv, &v.request, NULL);

	if (code >= 0)
		return code;
	if (optind + 1 != argc) {
		complain("verify takes one folder of a run; see faultline verify --help");
		return EXIT_USAGE;
	}
	setup_init(&v.setup);
	events_init();
	code = verify(&v, argv[optind]);
	identity_free(&v.identity);
	records_free(&v.records);
	json_decref(v.run);
	setup_free(&v.setup);
	return code;
}
