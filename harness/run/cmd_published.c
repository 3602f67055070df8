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
#include "published.h"
#include "report_data.h"
#include "setup.h"

static const char usage[] =
	"usage: faultline published [RUN RUN]\n"
	"Measures the sweeps published-exit-on-missing and published-userfault in the simulated\n"
	"tier, or takes the folders of runs of these, and prints published and simulated figures\n"
	"point by point.\n"
	"\n"
	"Exit code: 0 printed, 1 a point failed, 2 bad input or something is missing,\n"
	"130 interrupted.\n";

static const char *const sweeps[] = { "published-exit-on-missing", "published-userfault" };
#define SWEEPS (sizeof(sweeps) / sizeof(sweeps[0]))

/* Runs one of the sweeps into a folder of its own, which *dir names. Returns an exit code. */
static int measure(const struct setup *setup, const char *sweep, char **dir)
{
	char stamp[32];
	time_t now = time(NULL);
	struct tm tm;
	int code;

	strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", gmtime_r(&now, &tm));
	*dir = xasprintf("%s/results/runs/%s-%s-simulated", setup->root, stamp, sweep);
	{
		char *argv[] = { "run",	      "--sweep", (char *)sweep, "--tier",
				 "simulated", "--out",	 *dir,		NULL };

		optind = 0; /* getopt starts anew */
		code = cmd_run(sizeof(argv) / sizeof(argv[0]) - 1, argv);
	}
	return code;
}

/* Draws both tables on one figure in the folder of the last run. Returns 0, or -1 after a message. */
static int draw(const struct setup *setup, const struct published_tables *tables, const char *dir)
{
	char *data = xasprintf("%s/published.dat", dir), *svg = xasprintf("%s/published.svg", dir);
	char *set = xasprintf("data='%s'; output='%s'", data, svg);
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

static int compare(const struct setup *setup, char *const *dirs)
{
	struct published_tables tables;
	char err[ERR_SIZE];
	int failed;

	if (published_read(&tables, setup->root, err, sizeof(err))) {
		complain("%s", err);
		return EXIT_USAGE;
	}
	for (size_t i = 0; i < SWEEPS; i++) {
		struct run_data run;

		if (run_data_load(&run, dirs[i], err, sizeof(err))) {
			complain("%s", err);
			published_free(&tables);
			return EXIT_USAGE;
		}
		published_match(&tables, run.records);
		run_data_free(&run);
	}
	if (!published_measured(&tables)) {
		complain("nothing in %s and %s measures what was published: tier simulated, "
			 "fetch 0, coherence 0 and 70, several CPUs; run the sweeps %s and %s",
			 dirs[0], dirs[1], sweeps[0], sweeps[1]);
		published_free(&tables);
		return EXIT_USAGE;
	}
	published_print(&tables, stdout);
	failed = draw(setup, &tables, dirs[SWEEPS - 1]);
	published_free(&tables);
	return failed ? EXIT_POINT_FAILED : EXIT_FINE;
}

int cmd_published(int argc, char **argv)
{
	char *dirs[SWEEPS] = { NULL };
	struct setup setup;
	int code = EXIT_FINE;

	if (argc == 2 && !strcmp(argv[1], "--help")) {
		fputs(usage, stdout);
		return EXIT_FINE;
	}
	if (argc != 1 && argc != 1 + (int)SWEEPS) {
		complain("published takes no arguments or the folders of two runs; see faultline "
			 "published --help");
		return EXIT_USAGE;
	}
	setup_init(&setup);
	for (size_t i = 0; i < SWEEPS && !code; i++) {
		if (argc > 1)
			dirs[i] = xstrdup(argv[1 + i]);
		else
			code = measure(&setup, sweeps[i], &dirs[i]);
	}
	if (!code)
		code = compare(&setup, dirs);
	for (size_t i = 0; i < SWEEPS; i++)
		free(dirs[i]);
	setup_free(&setup);
	return code;
}
