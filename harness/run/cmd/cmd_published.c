// SPDX-License-Identifier: GPL-2.0-only
/* `faultline published`: published tables beside simulated points of the same kind. */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "command_line.h"
#include "../base/file.h"
#include "../measure/run_json.h"
#include "../report/published.h"
#include "../report/describe.h"
#include "../report/plot.h"
#include "../report/table.h"

struct request {
	bool arches[ARCH_COUNT], is_check;
	char *const *command;
	struct strings dirs; /* of runs */
	struct setup setup;
	struct published_tables tables;
};

#define FIELD(name) offsetof(struct request, name)

/* clang-format off */
static const struct option_row rows[] = {
	{ "arch", "LIST", "architectures that are measured, x86_64 and arm64, or all (the\n"
	  "machine's); of both, figures were published for the latter sweep",
	  take_arches, FIELD(arches) },
	{ "check", NULL, "checks the arguments, prints the architectures to be measured",
	  take_flag, FIELD(is_check) },
	{ 0 },
};
/* clang-format on */

static const struct command_line command_line = {
	"usage: faultline published [OPTION]... [RUN]...\n"
	"Measures the sweeps published-exit-on-missing and published-userfault in the simulated\n"
	"tier, or takes the folders of runs of these, and prints published and simulated figures\n"
	"point by point.\n",
	rows,
	"Exit code: 0 printed, 1 a point failed, 2 bad input or something is missing,\n"
	"130 interrupted.\n",
};

static bool has_figures(const struct request *r, const struct published_source *source,
			enum arch arch)
{
	for (size_t i = 0; i < r->tables.count; i++)
		if (r->tables.rows[i].source == source && r->tables.rows[i].point.arch == arch)
			return true;
	return false;
}

/* Runs a table's sweep into a folder of its own, for what it has figures of. Returns an exit code. */
static int measure(struct request *r, const struct published_source *source)
{
	char arches[64], *dir;
	struct run_options options = run_defaults;
	int code = EXIT_FINE, n = 0;

	for (enum arch arch = 0; arch < ARCH_COUNT; arch++)
		if (r->arches[arch] && has_figures(r, source, arch))
			n += snprintf(arches + n, sizeof(arches) - n, "%s%s", n ? "," : "",
				      arch_names[arch]);
	if (n) {
		options.sweep = source->sweep;
		options.tier = TIER_SIMULATED;
		options.plan.texts[PLAN_ARCH] = arches;
		options.command = r->command;
		code = run_measure(&options, &dir);
		if (dir)
			strings_add(&r->dirs, dir);
	}
	return code;
}

/* Reads a run, and says where its figures come from. Returns 0, or -1 after error(). */
static int take_run(struct request *r, const char *dir, char **caption)
{
	char kernel[512], version[128];
	struct run_data run;
	int failed;

	if (run_data_load(&run, dir, 0))
		return -1;
	failed = published_match(&r->tables, &run.records);
	if (!failed) {
		table_header(stdout, &run);
		printf("\n");
		free(*caption);
		*caption = xasprintf("simulated: %s, kernel %s, faultline %s", r->tables.settings,
				     run_kernel(&run, NULL, kernel, sizeof(kernel)),
				     run_version(&run, version, sizeof(version)));
	}
	run_data_free(&run);
	return failed;
}

/* Runs gnuplot on the data in dir. Returns 0, or -1 after error(). */
static int run_gnuplot(const struct request *r, const char *dir, const char *caption)
{
	char *set = xasprintf("data='published.dat'; output='published.svg'; "
			      "caption='%s'; charges='%u %u'",
			      caption, published_charges_ns[0], published_charges_ns[1]);
	char *name = xasprintf("%s/plots/published.gnuplot", r->setup.root);
	char *script = realpath(name, NULL);
	int failed = script ? gnuplot_run(dir, set, script) :
			      error("cannot read %s: %s", name, strerror(errno));

	free(set);
	free(name);
	free(script);
	return failed;
}

/* Draws the tables on one figure in dir. Returns 0, or -1 after error(). */
static int draw(const struct request *r, const char *dir, const char *caption)
{
	struct text text;

	published_write_data(&r->tables, text_open(&text));
	if (text_store(&text, dir, "published.dat"))
		return -1;
	if (run_gnuplot(r, dir, caption))
		return error("cannot draw %s/published.svg: %s", dir, error_text());
	printf("\nfigure: %s/published.svg\n", dir);
	return 0;
}

/* Prints what the runs say, and draws it in the folder of the last one. Returns an exit code. */
static int show_comparison(struct request *r)
{
	char *caption = NULL;
	int failed = 0, code = EXIT_USAGE;

	for (size_t i = 0; i < r->dirs.n && !failed; i++)
		failed = take_run(r, r->dirs.v[i], &caption);
	if (!failed && !published_drop_unmeasured(&r->tables))
		failed = error(
			"nothing in these runs measures what was published: tier simulated, "
			"fetch 0, coherence %u and %u, several CPUs; run the sweeps %s and %s",
			published_charges_ns[0], published_charges_ns[1],
			published_sources[0].sweep, published_sources[1].sweep);
	if (!failed) {
		printf("Simulated points: all with %s.\n", r->tables.settings);
		published_print(&r->tables, stdout);
		published_print_summary(&r->tables, stdout);
		fflush(stdout);
		failed = draw(r, r->dirs.v[r->dirs.n - 1], caption);
		code = EXIT_POINT_FAILED;
	}
	free(caption);
	return failed ? exit_failed(failed, code) : EXIT_FINE;
}

/* Measures all tables' sweeps unless there are runs, and compares. Returns an exit code. */
static int measure_and_compare(struct request *r)
{
	bool has_runs = r->dirs.n;
	int code = EXIT_FINE;

	if (published_read(&r->tables, r->setup.root))
		return exit_failed(-1, EXIT_USAGE);
	for (size_t i = 0; i < PUBLISHED_SOURCES && !has_runs && !code; i++)
		code = measure(r, &published_sources[i]);
	return code ? code : show_comparison(r);
}

int cmd_published(int argc, char **argv)
{
	struct request r = { .command = argv };
	unsigned int given = 0; /* only --arch counts, the first row */
	struct point p;
	int code = options_parse(&command_line, argc, argv, &r, &given);

	point_defaults(&p);
	while (optind < argc)
		strings_add(&r.dirs, xstrdup(argv[optind++]));
	if (!r.dirs.n && !(given & 1))
		r.arches[p.arch] = true;
	if (code < 0 && r.dirs.n && given & 1) {
		complain("--arch is for what is to be measured, and runs are given");
		code = EXIT_USAGE;
	}
	if (code < 0 && r.is_check) {
		print_needs(r.arches, TIER_SIMULATED);
		code = EXIT_FINE;
	}
	if (code < 0) {
		setup_init(&r.setup);
		code = measure_and_compare(&r);
		published_free(&r.tables);
		setup_free(&r.setup);
	}
	strings_free(&r.dirs);
	return code;
}
