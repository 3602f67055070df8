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
#include "../measure/execution.h"
#include "../measure/identity.h"
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
	{ "minutes", "M", "how long, of the time that it can run (10)", take_number, FIELD(minutes), MINUTES_MAX },
	{ "points", "N", "how many at most, in place of --minutes", take_number, FIELD(points), UINT32_MAX },
	{ "seed", "S", "other points with another one (1)", take_number, FIELD(seed), UINT32_MAX },
	{ "first", "N", "begins with point N of those of the seed (1)", take_number, FIELD(first), UINT32_MAX },
	{ "arch", "LIST", "of these architectures, in turn (all)", take_arches, FIELD(arches) },
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

/* A place where one point at a time runs. */
struct slot {
	struct execution execution;
	struct point point;
	uint64_t number; /* of the point; 0: the slot is free */
	char stem[24];
};

struct soak {
	struct request request;
	struct setup setup;
	struct identity identity;
	struct stopwatch watch;
	char *dir; /* of logs */
	struct slot *slots;
	uint64_t next; /* number of the point to draw next */
	uint64_t ok, skipped, faults;
	bool has_failed;
};

/* All, where none is asked for. */
static void choose_arches(struct request *r)
{
	bool is_asked = false;

	for (enum arch arch = 0; arch < ARCH_COUNT; arch++)
		is_asked |= r->arches[arch];
	for (enum arch arch = 0; arch < ARCH_COUNT; arch++)
		r->arches[arch] |= !is_asked;
}

/* The architectures take turns. */
static enum arch arch_of(const struct request *r, uint64_t number)
{
	enum arch arch = number % ARCH_COUNT;

	while (!r->arches[arch])
		arch = (arch + 1) % ARCH_COUNT;
	return arch;
}

static bool is_idle(const struct soak *soak)
{
	for (unsigned int i = 0; i < soak->request.jobs; i++)
		if (soak->slots[i].number)
			return false;
	return true;
}

/* Starts the next point, if it has room beside others. Returns 0, or -1 after error(). */
static int start(struct soak *soak, struct slot *slot)
{
	const struct request *r = &soak->request;
	const uint64_t number = soak->next;
	struct job job = {
		.setup = &soak->setup,
		.host = host_of(TIER),
		.point = &slot->point,
		.log_dir = soak->dir,
		.stem = slot->stem,
		.timeout_s = r->timeout_s,
	};

	random_point(&slot->point, r->seed, number, TIER, arch_of(r, number));
	snprintf(slot->stem, sizeof(slot->stem), "%llu", (unsigned long long)number);
	if (limits_check(job.host, &slot->point, soak->dir))
		return is_idle(soak) ? -1 : 0;
	if (execution_start(&slot->execution, &job))
		return -1;
	slot->number = number;
	soak->next++;
	return 0;
}

static void print_failure(struct soak *soak, const struct slot *slot, const json_t *record)
{
	char *id = point_id(&slot->point);

	soak->has_failed = true;
	printf("%8llu  FAILED: %s\n", (unsigned long long)slot->number, record_reason(record));
	printf("Its logs: %s/%s.*\nTo measure it again:\n  ./run.sh point %s\n", soak->dir,
	       slot->stem, id);
	free(id);
}

/* Counts what became of the point, and says it. */
static void take_record(struct soak *soak, const struct slot *slot, const json_t *record)
{
	const char *status = record_status(record);
	char *id = point_id(&slot->point);

	if (!strcmp(status, "failed")) {
		print_failure(soak, slot, record);
	} else if (!strcmp(status, "skipped")) {
		soak->skipped++;
		printf("%8llu  skipped, %s: %s\n", (unsigned long long)slot->number,
		       record_reason(record), id);
	} else {
		soak->ok++;
		soak->faults += point_pages_total(&slot->point);
		printf("%8llu  %10llu faults: %s\n", (unsigned long long)slot->number,
		       (unsigned long long)soak->faults, id);
	}
	fflush(stdout);
	free(id);
}

/* What no failure needs. */
static void remove_logs(const struct slot *slot)
{
	const struct point_files *files = &slot->execution.files;

	unlink(files->console);
	unlink(files->errors);
}

static bool time_is_up(struct soak *soak)
{
	const struct request *r = &soak->request;

	if (r->points)
		return soak->next >= (uint64_t)r->first + r->points;
	return stopwatch_s(&soak->watch) >= 60.0 * r->minutes;
}

/* Returns 0, or -1 after error(). Sets *runs when something does afterwards. */
static int look_after(struct soak *soak, struct slot *slot, bool *runs)
{
	json_t *record = slot->number ? execution_poll(&slot->execution) : NULL;

	if (record) {
		take_record(soak, slot, record);
		if (strcmp(record_status(record), "failed"))
			remove_logs(slot);
		json_decref(record);
		execution_free(&slot->execution);
		slot->number = 0;
	}
	if (!slot->number && !time_is_up(soak) && !soak->has_failed && start(soak, slot))
		return -1;
	*runs |= slot->number != 0;
	return 0;
}

/* Returns 0 when time is up or a point has failed, -1 after error(), or INTERRUPTED. */
static int run_loop(struct soak *soak)
{
	bool runs = true;
	int failed = 0;

	while (runs && !failed && !soak->has_failed) {
		runs = false;
		for (unsigned int i = 0; i < soak->request.jobs && !failed; i++)
			failed = look_after(soak, &soak->slots[i], &runs);
		if (!failed && runs && !soak->has_failed)
			failed = event_wait();
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
	soak->slots = xcalloc(soak->request.jobs, sizeof(*soak->slots));
	stopwatch_start(&soak->watch);
	failed = run_loop(soak);
	for (unsigned int i = 0; i < soak->request.jobs; i++)
		if (soak->slots[i].number)
			execution_free(&soak->slots[i].execution); /* ends what runs */
	if (!failed && identity_check(&soak->identity))
		failed = -1;
	code = conclude(soak);
	if (!soak->has_failed) {
		scratch_remove(soak->dir);
		soak->dir = NULL;
	}
	free(soak->dir);
	free(soak->slots);
	return failed ? exit_failed(failed, EXIT_USAGE) : code;
}

int cmd_soak(int argc, char **argv)
{
	struct soak soak = { .request = { .seed = 1, .first = 1, .minutes = MINUTES } };
	struct request *r = &soak.request;
	int code;

	code = options_parse(&command_line, argc, argv, r, NULL);
	if (code >= 0)
		return code;
	if (optind < argc) {
		complain("soak takes no '%s'; see faultline soak --help", argv[optind]);
		return EXIT_USAGE;
	}
	choose_arches(r);
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
