// SPDX-License-Identifier: GPL-2.0-only
/* `faultline published`: published tables beside simulated points of the same kind. */
#include <getopt.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "commands.h"
#include "../report/published.h"
#include "../report/describe.h"
#include "command_line.h"
#include "../measure/run_json.h"
#include "../host/setup.h"
#include "../report/table.h"
#include "../base/spawn.h"
#include "../base/util.h"
#include "../store/store.h"

static const char usage[] =
	"usage: faultline published [OPTION]... [RUN]...\n"
	"Measures the sweeps published-exit-on-missing and published-userfault in the simulated\n"
	"tier, or takes the folders of runs of these, and prints published and simulated figures\n"
	"point by point.\n"
	"\n"
	"  --arch LIST            architectures that are measured, x86_64 and arm64, or all (the\n"
	"                         machine's); of both, figures were published for the latter sweep\n"
	"  --check                checks the arguments, prints the architectures to be measured\n"
	"  --help                 this text\n"
	"\n"
	"Exit code: 0 printed, 1 a point failed, 2 bad input or something is missing,\n"
	"130 interrupted.\n";

/* The sweeps, and of which architectures figures were published. */
static const struct published_sweep {
	const char *name;
	bool has[ARCH_COUNT];
} sweeps[] = {
	{ "published-exit-on-missing", { [ARCH_X86_64] = true } },
	{ "published-userfault", { [ARCH_X86_64] = true, [ARCH_ARM64] = true } },
};

#define SWEEPS (sizeof(sweeps) / sizeof(sweeps[0]))

struct request {
	bool arches[ARCH_COUNT], check;
	struct strings dirs; /* of runs */
};

/* Runs one of the sweeps into a folder of its own, which *dir names. Returns an exit code. */
static int measure(const struct setup *setup, const char *sweep, const char *arches,
		   char *const *command, char **dir)
{
	char *name = xasprintf("%s-simulated", sweep);
	struct run_options options = run_defaults;

	*dir = store_default_dir(setup->root, name);
	free(name);
	options.sweep = sweep;
	options.tier = TIER_SIMULATED;
	options.plan.texts[PLAN_ARCH] = arches;
	options.out = *dir;
	options.command = command;
	return run_measure(&options);
}

/* Of the wanted architectures those that the sweep has figures of, separated by commas; or NULL. */
static char *arches_of(const struct published_sweep *sweep, const bool *wanted)
{
	char *list = NULL;

	for (enum arch arch = 0; arch < ARCH_COUNT; arch++) {
		char *longer;

		if (!wanted[arch] || !sweep->has[arch])
			continue;
		longer = xasprintf("%s%s%s", list ? list : "", list ? "," : "", arch_names[arch]);
		free(list);
		list = longer;
	}
	return list;
}

/* Runs all sweeps that there is something to compare with. Returns an exit code. */
static int measure_all(const struct setup *setup, struct request *r, char *const *command)
{
	int code = EXIT_FINE;

	for (size_t i = 0; i < SWEEPS && !code; i++) {
		char *arches = arches_of(&sweeps[i], r->arches), *dir;

		if (!arches)
			continue;
		code = measure(setup, sweeps[i].name, arches, command, &dir);
		strings_add(&r->dirs, dir);
		free(arches);
	}
	return code;
}

/* What the simulated machine is told, one and the same for all points. */
#define SETTINGS_SIZE 128

/* Returns 0 when the run's points, and those of runs before, have the same settings; else -1. */
static int check_settings(const struct run_data *run, char settings[SETTINGS_SIZE])
{
	char text[SETTINGS_SIZE], speed[32], quantum[32];

	for (size_t i = 0; i < run->panel_count; i++) {
		snprintf(text, sizeof(text), "speed=%s quantum=%s",
			 panel_values(&run->panels[i], point_key("speed"), speed, sizeof(speed)),
			 panel_values(&run->panels[i], point_key("quantum"), quantum,
				      sizeof(quantum)));
		if (!*settings)
			strcpy(settings, text);
		if (!strcmp(settings, text))
			continue;
		complain("points with %s and with %s are not to be compared with one table: take "
			 "runs with one speed and one quantum for all",
			 settings, text);
		return -1;
	}
	return 0;
}

/* Draws the tables on one figure in the folder of the last run. Returns 0, or -1 after a message. */
static int draw(const struct setup *setup, const struct published_tables *tables, const char *dir,
		const char *caption)
{
	char *data = xasprintf("%s/published.dat", dir), *svg = xasprintf("%s/published.svg", dir);
	char *set = xasprintf("data='%s'; output='%s'; caption='%s'", data, svg, caption);
	char *script = xasprintf("%s/plots/published.gnuplot", setup->root);
	char *argv[] = { "gnuplot", "-e", set, script, NULL };
	FILE *out = fopen(data, "w");
	int status = -1;
	pid_t pid;

	if (out) {
		published_write_data(tables, out);
		if (!fclose(out) && !posix_spawnp(&pid, argv[0], NULL, NULL, argv, environ))
			waitpid(pid, &status, 0);
	}
	if (status)
		complain("cannot draw %s; is the package gnuplot-nox installed, and the folder "
			 "writable?",
			 svg);
	else
		printf("\nfigure: %s\n", svg);
	free(data);
	free(svg);
	free(set);
	free(script);
	return status ? -1 : 0;
}

/* Reads a run, and says where its figures come from. Returns 0, or -1 after a message. */
static int take_run(struct published_tables *tables, const char *dir, char settings[SETTINGS_SIZE],
		    char **caption)
{
	char kernel[512], version[128];
	struct run_data run;
	int failed;

	if (run_data_load(&run, dir, 0)) {
		complain_error();
		return -1;
	}
	failed = check_settings(&run, settings);
	if (!failed) {
		json_t *records = json_array();

		for (size_t i = 0; i < run.records.n; i++)
			json_array_append(records, run.records.v[i].json);
		published_match(tables, records);
		json_decref(records);
		table_header(stdout, &run);
		printf("\n");
		free(*caption);
		*caption = xasprintf("simulated: %s, kernel %s, faultline %s", settings,
				     run_kernel(&run, NULL, kernel, sizeof(kernel)),
				     run_version(&run, version, sizeof(version)));
	}
	run_data_free(&run);
	return failed;
}

static int compare(const struct setup *setup, const struct strings *dirs)
{
	char settings[SETTINGS_SIZE] = "", *caption = NULL;
	struct published_tables tables;
	int failed = 0;

	if (published_read(&tables, setup->root)) {
		complain_error();
		return EXIT_USAGE;
	}
	for (size_t i = 0; i < dirs->n && !failed; i++)
		failed = take_run(&tables, dirs->v[i], settings, &caption);
	if (!failed && !published_measured(&tables)) {
		complain("nothing in these runs measures what was published: tier simulated, "
			 "fetch 0, coherence 0 and 70, several CPUs; run the sweeps %s and %s",
			 sweeps[0].name, sweeps[1].name);
		failed = -1;
	}
	if (failed) {
		free(caption);
		published_free(&tables);
		return EXIT_USAGE;
	}
	printf("Simulated points: all with %s.\n", settings);
	published_print(&tables, stdout);
	failed = draw(setup, &tables, dirs->v[dirs->n - 1], caption);
	free(caption);
	published_free(&tables);
	return failed ? EXIT_POINT_FAILED : EXIT_FINE;
}

static const struct option options[] = {
	{ "arch", required_argument, NULL, 'a' },
	{ "check", no_argument, NULL, 'c' },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

/* Returns -1 to go on, or an exit code. */
static int parse(struct request *r, int argc, char **argv)
{
	bool has_arch = false;
	struct point p;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'h') {
			fputs(usage, stdout);
			return EXIT_FINE;
		}
		r->check |= option == 'c';
		has_arch |= option == 'a';
		if (option == '?')
			complain("see faultline published --help");
		if (option == '?' || (option == 'a' && sweep_choices("arch", optarg, r->arches)))
			return EXIT_USAGE;
	}
	for (; optind < argc; optind++)
		strings_add(&r->dirs, xstrdup(argv[optind]));
	if (has_arch && r->dirs.n) {
		complain("--arch is for what is to be measured, and runs are given");
		return EXIT_USAGE;
	}
	point_defaults(&p);
	if (!has_arch && !r->dirs.n)
		r->arches[p.arch] = true;
	return -1;
}

int cmd_published(int argc, char **argv)
{
	struct request r = { 0 };
	struct setup setup;
	int code = parse(&r, argc, argv);

	if (code < 0 && r.check) {
		print_arches(r.arches);
		code = EXIT_FINE;
	}
	if (code < 0) {
		setup_init(&setup);
		code = r.dirs.n ? EXIT_FINE : measure_all(&setup, &r, argv);
		if (!code)
			code = compare(&setup, &r.dirs);
		setup_free(&setup);
	}
	strings_free(&r.dirs);
	return code;
}
