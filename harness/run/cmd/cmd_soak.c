// SPDX-License-Identifier: GPL-2.0-only
/* `faultline soak`: points drawn at random, for as long as asked, each page of which is checked. */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "command_line.h"
#include "commands.h"
#include "../base/file.h"
#include "../host/cpu_share.h"
#include "../host/limits.h"
#include "../measure/identity.h"
#include "../measure/pool.h"
#include "../measure/tier_choice.h"
#include "../plan/plan.h"
#include "../plan/random_point.h"
#include "../store/record.h"

#define TIER TIER_EMULATED /* where CPUs race, and nobody waits for times */
#define MINUTES 10 /* unless others are asked for */
#define MINUTES_MAX (366 * 24 * 60)

struct request {
	bool arches[ARCH_COUNT];
	unsigned int minutes, jobs, timeout_s, first, points, seed;
	bool is_check;
};

#define FIELD(name) offsetof(struct request, name)

/* clang-format off */
static const struct option_row rows[] = {
	{ "arch", "LIST", "of these architectures, in turn (all)", take_arches, FIELD(arches) },
	{ "minutes", "M", "how long, of the time that it can run (10)", take_number, FIELD(minutes), MINUTES_MAX },
	{ "points", "N", "how many at most, in place of --minutes", take_number, FIELD(points), UINT32_MAX },
	{ "seed", "S", "other points with another one (1)", take_number, FIELD(seed), UINT32_MAX },
	{ "first", "N", "begins with point N of those of the seed (1)", take_number, FIELD(first), UINT32_MAX },
	{ "jobs", "N", "VMs at a time (as many as there are CPUs)", take_number, FIELD(jobs), 1024 },
	{ "point-timeout", "S", TIMEOUT_HELP, take_number, FIELD(timeout_s), TIMEOUT_MAX_S },
	{ "check", NULL, "prints the architectures that it takes, and measures nothing", take_flag, FIELD(is_check) },
	{ 0 },
};
/* clang-format on */

static const struct command_line command_line = {
	"usage: faultline soak [OPTION]...\n"
	"Measures points drawn at random over all keys, in tier emulated, one after another,\n"
	"until one fails, time is up or it is interrupted. Every page is checked. Prints a line\n"
	"for each, and of one that failed the command that measures it again.\n",
	rows,
	"Exit code: 0 no point has failed, 1 one has, 2 bad input or something is missing,\n"
	"4 nothing but skipped points, 130 interrupted.\n",
};

struct drawn {
	struct point point;
	uint64_t number;
	char stem[24]; /* of its logs */
};

struct soak {
	struct request request;
	struct setup setup;
	struct identity identity;
	struct stopwatch watch;
	char *dir; /* of logs */
	struct pool pool;
	struct drawn *drawn; /* of each slot */
	uint64_t next; /* number of the point to draw next */
	uint64_t ok, skipped, faults;
	bool has_failed;
};

/* The architectures take turns. */
static enum arch arch_of(const struct request *r, uint64_t number)
{
	enum arch arch = number % ARCH_COUNT;

	while (!r->arches[arch])
		arch = (arch + 1) % ARCH_COUNT;
	return arch;
}

static bool time_is_up(struct soak *soak)
{
	const struct request *r = &soak->request;

	if (r->points)
		return soak->next >= (uint64_t)r->first + r->points;
	return stopwatch_s(&soak->watch) >= 60.0 * r->minutes;
}

/* Returns 0, or -1 after error(). */
static int start_point(struct soak *soak, struct pool_slot *slot, const struct point *point)
{
	struct drawn *drawn = &soak->drawn[slot - soak->pool.slots];
	struct job job = {
		.setup = &soak->setup,
		.host = host_of(TIER),
		.point = &drawn->point,
		.log_dir = soak->dir,
		.stem = drawn->stem,
		.timeout_s = soak->request.timeout_s,
	};

	drawn->point = *point;
	drawn->number = soak->next++;
	snprintf(drawn->stem, sizeof(drawn->stem), "%llu", (unsigned long long)drawn->number);
	return pool_start(&soak->pool, slot, &job, drawn);
}

/* Fills free slots, as long as there is time and room, and no point has failed. Returns 0, or -1 after error(). */
static int start_points(struct soak *soak)
{
	const struct request *r = &soak->request;

	while (!soak->has_failed && !time_is_up(soak)) {
		struct pool_slot *slot;
		struct point point;

		random_point(&point, r->seed, soak->next, TIER, arch_of(r, soak->next));
		slot = pool_room(&soak->pool, host_of(TIER), &point);
		if (!slot)
			return 0;
		if (limits_check(host_of(TIER), &point, soak->dir))
			return soak->pool.running ? 0 : -1;
		if (start_point(soak, slot, &point))
			return -1;
	}
	return 0;
}

static void print_failure(const struct soak *soak, const struct drawn *drawn, const char *id,
			  const char *reason)
{
	printf("%8llu  FAILED: %s\n", (unsigned long long)drawn->number, reason);
	printf("Its logs: %s/%s.*\nTo measure it again:\n  ./run.sh point %s\n", soak->dir,
	       drawn->stem, id);
}

/* What no failure needs. */
static void remove_logs(const struct point_files *files)
{
	unlink(files->console);
	unlink(files->errors);
}

/* Counts what became of a point, and says it. */
static void finish_point(struct soak *soak, struct pool_slot *slot, const json_t *record)
{
	const struct drawn *drawn = slot->what;
	const char *status = record_status(record), *reason = record_reason(record);
	const bool is_failure = !strcmp(status, "failed");
	char *id = point_id(&drawn->point);

	if (is_failure) {
		soak->has_failed = true;
		print_failure(soak, drawn, id, reason);
	} else if (!strcmp(status, "skipped")) {
		soak->skipped++;
		printf("%8llu  skipped, %s: %s\n", (unsigned long long)drawn->number, reason, id);
	} else {
		soak->ok++;
		soak->faults += point_pages_total(&drawn->point);
		printf("%8llu  %10llu faults: %s\n", (unsigned long long)drawn->number,
		       (unsigned long long)soak->faults, id);
	}
	fflush(stdout);
	free(id);
	if (!is_failure)
		remove_logs(&slot->execution.files);
	pool_release(&soak->pool, slot);
}

static void finish_points(struct soak *soak)
{
	struct pool_slot *slot;
	json_t *record;

	while ((slot = pool_ended(&soak->pool, &record))) {
		finish_point(soak, slot, record);
		json_decref(record);
	}
}

/* Returns 0 when time is up or a point has failed, -1 after error(), or INTERRUPTED. */
static int run_loop(struct soak *soak)
{
	int failed = start_points(soak);

	while (!failed && soak->pool.running && !soak->has_failed) {
		failed = event_wait();
		if (failed)
			break;
		finish_points(soak);
		failed = start_points(soak);
	}
	return failed;
}

static int conclude(const struct soak *soak)
{
	printf("%llu points, %llu faults, every page of which was right; %llu skipped%s\n",
	       (unsigned long long)soak->ok, (unsigned long long)soak->faults,
	       (unsigned long long)soak->skipped, soak->has_failed ? "; one has FAILED" : "");
	if (soak->has_failed)
		return EXIT_POINT_FAILED;
	return soak->ok || !soak->skipped ? EXIT_FINE : EXIT_SKIPPED;
}

/* Returns 0, or what run_loop() does. */
static int prepare(struct soak *soak)
{
	struct identity_scope scope = { &soak->setup, host_of(TIER), soak->request.arches, false };
	struct plan_uses uses = { 0 };
	struct tier_choice choice;
	int failed;

	memcpy(uses.arches, soak->request.arches, sizeof(uses.arches));
	failed = tier_choose(&soak->setup, TIER, &uses, &choice);
	if (!failed)
		failed = identity_take(&soak->identity, &scope);
	soak->dir = failed ? NULL : scratch_make();
	return failed || soak->dir ? failed : -1;
}

static int run_soak(struct soak *soak)
{
	int failed = prepare(soak), code;

	if (failed)
		return exit_failed(failed, EXIT_USAGE);
	pool_init(&soak->pool, soak->request.jobs);
	soak->drawn = xcalloc(soak->request.jobs, sizeof(*soak->drawn));
	stopwatch_start(&soak->watch);
	failed = run_loop(soak);
	pool_free(&soak->pool);
	if (!failed && identity_check(&soak->identity))
		failed = -1;
	code = conclude(soak);
	if (!soak->has_failed) {
		scratch_remove(soak->dir);
		soak->dir = NULL;
	}
	free(soak->dir);
	free(soak->drawn);
	return failed ? exit_failed(failed, EXIT_USAGE) : code;
}

int cmd_soak(int argc, char **argv)
{
	struct soak soak = { .request = { .seed = 1, .first = 1, .minutes = MINUTES } };
	struct request *r = &soak.request;
	unsigned int given = 0; /* only --arch counts, the first row */
	int code = options_parse(&command_line, argc, argv, r, &given);

	if (code >= 0)
		return code;
	if (optind < argc) {
		complain("soak takes no '%s'; see faultline soak --help", argv[optind]);
		return EXIT_USAGE;
	}
	if (!(given & 1))
		sweep_choices("arch", "all", r->arches);
	if (r->is_check) {
		print_needs(r->arches, TIER);
		return EXIT_FINE;
	}
	if (!r->jobs)
		r->jobs = cpu_share_whole();
	soak.next = r->first;
	setup_init(&soak.setup);
	events_init();
	code = run_soak(&soak);
	identity_free(&soak.identity);
	setup_free(&soak.setup);
	return code;
}
