// SPDX-License-Identifier: GPL-2.0-only
#include "run_options.h"

#include <getopt.h>
#include <string.h>

#define JOBS_MAX 1024
#define TIMEOUT_DEFAULT_S 300
#define TIMEOUT_MAX_S 86400

static const char usage[] =
	"usage: faultline run [OPTION]...\n"
	"Measures the points of a sweep and writes a report.\n"
	"\n"
	"  --sweep NAME|FILE      what to measure (claim; see faultline list)\n"
	"  --tier TIER            hardware, nested, simulated, emulated or auto (auto)\n"
	"  --arch ARCH            architecture under test (x86_64)\n"
	"  --modes A,B            only series with these modes\n"
	"  --vcpus LIST           vCPUs in place of the sweep's: 1,2,4 or 1..512*2\n"
	"  --fetch LIST           time to get a page in place of the sweep's: 30us\n"
	"  --cpus LIST            simulated CPUs in place of the sweep's: 16 or 1..128*2\n"
	"  --quantum LIST         instructions that they may be apart, in place of the sweep's\n"
	"  --coherence LIST       ns that a cache line takes between them: 0,70\n"
	"  --speed LIST           instructions per ns of them\n"
	"  --repeat N             measures every point N times\n"
	"  --seed S               order of the points, contents of the pages (1)\n"
	"  --out DIR              folder for the results, new or empty\n"
	"                         (results/runs/TIME-SWEEP-TIER)\n"
	"  --resume DIR           goes on with a run that was interrupted; of the other options\n"
	"                         only --jobs and --point-timeout go with it\n"
	"  --placement none|cores threads wander, or one a core (cores; native tiers only)\n"
	"  --point-timeout S      seconds after which a point has failed (300)\n"
	"  --jobs N               VMs at a time (as many as there are CPUs)\n"
	"  --check                checks the options and the sweep, measures nothing\n"
	"  --help                 this text\n"
	"\n"
	"Exit code: 0 all measured, 1 a point failed, 2 bad input or something is missing,\n"
	"4 all points were skipped, 130 interrupted.\n";

enum run_option {
	OPT_SWEEP = 1,
	OPT_TIER,
	OPT_ARCH,
	OPT_MODES,
	OPT_VCPUS,
	OPT_FETCH,
	OPT_CPUS,
	OPT_QUANTUM,
	OPT_COHERENCE,
	OPT_SPEED,
	OPT_REPEAT,
	OPT_SEED,
	OPT_OUT,
	OPT_PLACEMENT,
	OPT_RESUME,
	OPT_TIMEOUT,
	OPT_JOBS,
	OPT_CHECK,
	OPT_HELP,
};

static const struct option options[] = {
	{ "sweep", required_argument, NULL, OPT_SWEEP },
	{ "tier", required_argument, NULL, OPT_TIER },
	{ "arch", required_argument, NULL, OPT_ARCH },
	{ "modes", required_argument, NULL, OPT_MODES },
	{ "vcpus", required_argument, NULL, OPT_VCPUS },
	{ "fetch", required_argument, NULL, OPT_FETCH },
	{ "cpus", required_argument, NULL, OPT_CPUS },
	{ "quantum", required_argument, NULL, OPT_QUANTUM },
	{ "coherence", required_argument, NULL, OPT_COHERENCE },
	{ "speed", required_argument, NULL, OPT_SPEED },
	{ "repeat", required_argument, NULL, OPT_REPEAT },
	{ "seed", required_argument, NULL, OPT_SEED },
	{ "out", required_argument, NULL, OPT_OUT },
	{ "placement", required_argument, NULL, OPT_PLACEMENT },
	{ "resume", required_argument, NULL, OPT_RESUME },
	{ "point-timeout", required_argument, NULL, OPT_TIMEOUT },
	{ "jobs", required_argument, NULL, OPT_JOBS },
	{ "check", no_argument, NULL, OPT_CHECK },
	{ "help", no_argument, NULL, OPT_HELP },
	{ 0 },
};

static bool changes_plan(int option)
{
	return option <= OPT_PLACEMENT;
}

int parse_placement(const char *text, enum placement *placement)
{
	if (!strcmp(text, "none")) {
		*placement = PLACEMENT_NONE;
	} else if (!strcmp(text, "cores")) {
		*placement = PLACEMENT_CORES;
	} else {
		complain("--placement '%s' is not valid; use none or cores", text);
		return -1;
	}
	return 0;
}

static int parse_number(const char *option, const char *text, uint64_t max, uint64_t *value)
{
	if (!number_parse(text, 1, max, value))
		return 0;
	complain("--%s '%s' is not valid; use a number from 1 to %llu", option, text,
		 (unsigned long long)max);
	return -1;
}

int parse_timeout(const char *text, double *timeout_s)
{
	uint64_t value = 0;

	if (parse_number("point-timeout", text, TIMEOUT_MAX_S, &value))
		return -1;
	*timeout_s = (double)value;
	return 0;
}

/* Sets a key of a point from an option of the same name, on a point that only holds the value. */
static int parse_key(const char *name, const char *text, struct point *holder)
{
	char err[ERR_SIZE];

	if (!point_set(holder, name, text, err, sizeof(err)))
		return 0;
	complain("--%s: %s", name, err);
	return -1;
}

static int take_key(struct run_options *o, const char *name, const char *text)
{
	struct point holder;

	point_defaults(&holder);
	if (parse_key(name, text, &holder))
		return -1;
	if (!strcmp(name, "tier"))
		o->tier = holder.tier;
	else if (!strcmp(name, "arch"))
		o->plan.arch = holder.arch;
	else if (!strcmp(name, "seed"))
		o->plan.seed = holder.seed;
	else
		o->plan.repeat = holder.repeat;
	return 0;
}

static int take(struct run_options *o, int option, const char *name, const char *text)
{
	uint64_t value = 0;

	switch (option) {
	case OPT_SWEEP:
		o->sweep = text;
		return 0;
	case OPT_MODES:
		o->plan.modes = text;
		return 0;
	case OPT_VCPUS:
		o->plan.vcpus = text;
		return 0;
	case OPT_FETCH:
		o->plan.fetch = text;
		return 0;
	case OPT_CPUS:
		o->plan.cpus = text;
		return 0;
	case OPT_QUANTUM:
		o->plan.quantum = text;
		return 0;
	case OPT_COHERENCE:
		o->plan.coherence = text;
		return 0;
	case OPT_SPEED:
		o->plan.speed = text;
		return 0;
	case OPT_OUT:
		o->out = text;
		return 0;
	case OPT_RESUME:
		o->resume = text;
		return 0;
	case OPT_CHECK:
		o->check = true;
		return 0;
	case OPT_PLACEMENT:
		return parse_placement(text, &o->placement);
	case OPT_TIMEOUT:
		return parse_timeout(text, &o->timeout_s);
	case OPT_JOBS:
		if (parse_number(name, text, JOBS_MAX, &value))
			return -1;
		o->jobs = (unsigned int)value;
		return 0;
	default:
		return take_key(o, name, text);
	}
}

int run_options_parse(struct run_options *o, int argc, char **argv)
{
	const char *plan_option = NULL;
	int option, index;

	*o = (struct run_options){
		.sweep = "claim",
		.plan = { .seed = 1 },
		.timeout_s = TIMEOUT_DEFAULT_S,
	};
	while ((option = getopt_long(argc, argv, "", options, &index)) != -1) {
		if (option == OPT_HELP) {
			fputs(usage, stdout);
			return EXIT_FINE;
		}
		if (option == '?') {
			complain("see faultline run --help");
			return EXIT_USAGE;
		}
		if (take(o, option, options[index].name, optarg))
			return EXIT_USAGE;
		if (changes_plan(option))
			plan_option = options[index].name;
	}
	if (optind < argc) {
		complain("'%s' is no option of run; see faultline run --help", argv[optind]);
		return EXIT_USAGE;
	}
	if (o->resume && plan_option) {
		complain("--resume and --%s exclude each other: a run is gone on with as it was "
			 "planned",
			 plan_option);
		return EXIT_USAGE;
	}
	return -1;
}
