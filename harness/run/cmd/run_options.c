// SPDX-License-Identifier: GPL-2.0-only
#include "run_options.h"

#include <getopt.h>
#include <string.h>

#define JOBS_MAX 1024
#define TIMEOUT_MAX_S 86400

static const char usage[] =
	"usage: faultline run [OPTION]...\n"
	"Measures the points of a sweep and writes a report.\n"
	"\n"
	"  --sweep NAME|FILE      what to measure (claim; see faultline list)\n"
	"  --tier TIER            hardware, nested, simulated, emulated or auto (auto)\n"
	"  --arch LIST            architectures under test, x86_64 and arm64, or all (the\n"
	"                         machine's); in place of the sweep's\n"
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
	"                         only --jobs, --point-timeout and --png go with it\n"
	"  --placement none|cores threads wander, or one a core (cores; native tiers only)\n"
	"  --point-timeout S      seconds after which a point has failed (300, and more the\n"
	"                         longer it should take)\n"
	"  --jobs N               VMs at a time (as many as there are CPUs)\n"
	"  --png                  draws the plots as PNG too, for a slide or a wiki\n"
	"  --check                checks the options and the sweep, prints the architectures\n"
	"  --help                 this text\n"
	"\n"
	"Exit code: 0 all measured, 1 a point failed, 2 bad input, something is missing or the\n"
	"simulated CPUs fail their known answers, 4 all points were skipped, 130 interrupted.\n";

int parse_arches(const char *text, bool *arches)
{
	struct section section = { 0 };
	struct point p;

	if (section_set(&section, "arch", text)) {
		complain_error();
		return -1;
	}
	for (size_t i = 0; i < section.keys[0].values.n; i++) {
		point_set(&p, "arch", section.keys[0].values.v[i]);
		arches[p.arch] = true;
	}
	section_free(&section);
	return 0;
}

void print_arches(const bool *arches)
{
	fputs("arches", stdout);
	for (enum arch arch = 0; arch < ARCH_COUNT; arch++)
		if (arches[arch])
			printf(" %s", arch_names[arch]);
	putchar('\n');
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

/* How an option is read, and where its value goes. */
struct run_option {
	const char *name;
	/* NULL: no value. Returns 0, or -1 after a message. field: of struct run_options. */
	int (*take)(const struct run_option *option, const char *text, void *field);
	size_t field_offset;
	bool changes_plan;
	/* Of the field in struct point, where the option is a key of points: the same type. */
	size_t key_offset, key_size;
};

static int take_text(const struct run_option *option, const char *text, void *field)
{
	(void)option;
	*(const char **)field = text;
	return 0;
}

static int take_placement(const struct run_option *option, const char *text, void *field)
{
	(void)option;
	return parse_placement(text, field);
}

static int take_timeout(const struct run_option *option, const char *text, void *field)
{
	(void)option;
	return parse_timeout(text, field);
}

static int take_jobs(const struct run_option *option, const char *text, void *field)
{
	uint64_t value = 0;

	if (parse_number(option->name, text, JOBS_MAX, &value))
		return -1;
	*(unsigned int *)field = (unsigned int)value;
	return 0;
}

static int take_key(const struct run_option *option, const char *text, void *field)
{
	struct point holder;

	point_defaults(&holder);
	if (point_set(&holder, option->name, text)) {
		complain("--%s: %s", option->name, error_text());
		return -1;
	}
	memcpy(field, (const char *)&holder + option->key_offset, option->key_size);
	return 0;
}

#define FIELD(name) offsetof(struct run_options, name)
#define PLAN(name) take_text, FIELD(plan.texts[PLAN_##name]), true
#define KEY(name, field)                                                          \
	take_key, FIELD(field), true, .key_offset = offsetof(struct point, name), \
				      .key_size = sizeof(((struct point *)NULL)->name)

static const struct run_option run_options[] = {
	{ "sweep", take_text, FIELD(sweep), true },
	{ "tier", KEY(tier, tier) },
	{ "arch", PLAN(ARCH) },
	{ "modes", PLAN(MODES) },
	{ "vcpus", PLAN(VCPUS) },
	{ "fetch", PLAN(FETCH) },
	{ "cpus", PLAN(CPUS) },
	{ "quantum", PLAN(QUANTUM) },
	{ "coherence", PLAN(COHERENCE) },
	{ "speed", PLAN(SPEED) },
	{ "repeat", KEY(repeat, plan.repeat) },
	{ "seed", KEY(seed, plan.seed) },
	{ "out", take_text, FIELD(out), true },
	{ "placement", take_placement, FIELD(placement), true },
	{ "resume", take_text, FIELD(resume) },
	{ "point-timeout", take_timeout, FIELD(timeout_s) },
	{ "jobs", take_jobs, FIELD(jobs) },
	{ "png", NULL, FIELD(png) },
	{ "check", NULL, FIELD(check) },
	{ "help", NULL, FIELD(help) },
};

#define RUN_OPTIONS (sizeof(run_options) / sizeof(run_options[0]))

/* The same for getopt_long(), which is to return a row's index. */
static void make_long_options(struct option *options)
{
	for (size_t i = 0; i < RUN_OPTIONS; i++)
		options[i] = (struct option){
			.name = run_options[i].name,
			.has_arg = run_options[i].take ? required_argument : no_argument,
			.val = (int)i,
		};
	options[RUN_OPTIONS] = (struct option){ 0 };
}

static int take(struct run_options *o, const struct run_option *option, const char *text)
{
	void *field = (char *)o + option->field_offset;

	if (option->take)
		return option->take(option, text, field);
	*(bool *)field = true;
	return 0;
}

int run_options_parse(struct run_options *o, int argc, char **argv)
{
	struct option options[RUN_OPTIONS + 1];
	const char *plan_option = NULL;
	int i;

	*o = (struct run_options){
		.sweep = "claim",
		.plan = { .seed = 1 },
	};
	make_long_options(options);
	while ((i = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (i == '?') {
			complain("see faultline run --help");
			return EXIT_USAGE;
		}
		if (take(o, &run_options[i], optarg))
			return EXIT_USAGE;
		if (o->help) {
			fputs(usage, stdout);
			return EXIT_FINE;
		}
		if (run_options[i].changes_plan)
			plan_option = run_options[i].name;
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
