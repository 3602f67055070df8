// SPDX-License-Identifier: GPL-2.0-only
#include "plot.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "along.h"
#include "plot_data.h"
#include "../base/file.h"
#include "../base/spawn.h"
#include "../base/util.h"

static bool has_curves_along(const struct run_data *run, const struct panel *panel, const char *key)
{
	struct curves curves = curves_along(run, panel, key);
	bool any = curves.n;

	curves_free(&curves);
	return any;
}

static bool readers_vary(const struct run_data *run, const struct panel *panel)
{
	return has_curves_along(run, panel, "readers");
}

static bool slots_vary(const struct run_data *run, const struct panel *panel)
{
	return has_curves_along(run, panel, "slot_mib");
}

/* Beside mode userfault, that is. */
static bool fetches_vary(const struct run_data *run, const struct panel *panel)
{
	struct curves curves = curves_along(run, panel, "fetch");
	bool any = curves.n && curves_reference(&curves, curves.v[0].cells[0], "fetch");

	curves_free(&curves);
	return any;
}

#define OF(bench) (1u << BENCH_##bench)

/* clang-format off */
const struct plot_kind plot_kinds[] = {
	{ "throughput", .benches = OF(fault) | OF(clear) },
	{ "readers", readers_vary },
	{ "crossover", fetches_vary },
	{ "latency" },
	{ "distribution" },
	{ "phases" },
	{ "slots", slots_vary, OF(freeze) | OF(toggle) },
	{ NULL },
};
/* clang-format on */

bool plot_is_for(const struct plot_kind *kind, const struct run_data *run,
		 const struct panel *panel)
{
	const unsigned int benches = kind->benches ? kind->benches : OF(fault);

	return panel->shown_vcpus && benches >> panel->point->bench & 1 &&
	       (!kind->is_for || kind->is_for(run, panel));
}

/* How a file of this format ends when it is whole. */
static const struct {
	const char *name, *end;
} formats[] = { { "svg", "</svg>" }, { "png", "IEND" } };

/* Behind the name of a file that gnuplot is at work on. */
#define PARTIAL ".tmp"

/* Plots that are drawn together. */
struct drawing {
	const char *dir; /* plots/ of the run folder */
	const struct run_data *run;
	size_t panel, format_count;
};

const char *plot_file(const char *name, size_t panel, const char *ending, char *buf, size_t size)
{
	char number[32] = "";

	if (panel)
		snprintf(number, sizeof(number), "-%zu", panel + 1);
	snprintf(buf, size, "%s%s.%s", name, number, ending);
	return buf;
}

char *plots_read(const char *name)
{
	const char *root = getenv("FAULTLINE_ROOT");
	char *path, *text;

	if (!root) {
		error("FAULTLINE_ROOT is not set, so plots/ cannot be found; start through run.sh");
		return NULL;
	}
	path = xasprintf("%s/plots/%s", root, name);
	text = file_read_exact(path);
	if (!text)
		error("cannot read %s: %s", path, strerror(errno));
	free(path);
	return text;
}

static int copy_script(const char *dir, const char *script)
{
	char *name = xasprintf("%s.gnuplot", script), *text = plots_read(name);
	int ret = text ? file_replace(dir, name, text) : -1;

	free(text);
	free(name);
	return ret;
}

static bool is_drawn(const struct plot_kind *kind, const struct run_data *run)
{
	bool is_for_one = false;

	for (size_t p = 0; p < run->panel_count; p++)
		is_for_one |= plot_is_for(kind, run, &run->panels[p]);
	return is_for_one;
}

/* The run folder keeps the scripts, so that its plots can be changed and drawn without faultline. */
static int copy_scripts(const struct drawing *d)
{
	bool any = false;

	for (const struct plot_kind *kind = plot_kinds; kind->name; kind++) {
		if (!is_drawn(kind, d->run))
			continue;
		any = true;
		if (copy_script(d->dir, kind->name))
			return -1;
	}
	return any ? copy_script(d->dir, "style") : 0;
}

/* panel.gp and panel.dat: what sets a panel apart. */
static int write_panel(const struct drawing *d)
{
	const struct panel *panel = &d->run->panels[d->panel];
	char script_name[64], data_name[64], output[64];
	struct text script_text, data_text;
	FILE *script = text_open(&script_text), *data = text_open(&data_text);
	int failed;

	plot_file("panel", d->panel, "gp", script_name, sizeof(script_name));
	plot_file("panel", d->panel, "dat", data_name, sizeof(data_name));
	fprintf(script, "# Draws a panel's plots into this folder: gnuplot %s\n", script_name);
	fprintf(script, "data = '%s'\n", data_name);
	fprintf(data, "# Figures of a faultline run, for %s\n", script_name);
	plot_data_print(script, data, d->run, panel);
	for (const struct plot_kind *kind = plot_kinds; kind->name; kind++)
		for (size_t f = 0; f < d->format_count && plot_is_for(kind, d->run, panel); f++)
			fprintf(script,
				"\noutput = '%s'\nload 'style.gnuplot'\nload '%s.gnuplot'\n",
				plot_file(kind->name, d->panel, formats[f].name, output,
					  sizeof(output)),
				kind->name);
	failed = text_store(&script_text, d->dir, script_name);
	return text_store(&data_text, d->dir, data_name) || failed ? -1 : 0;
}

int gnuplot_run(const char *dir, const char *set, const char *script)
{
	char *argv[] = { "env", "-C",	     (char *)dir,    "gnuplot", "-d",
			 "-e",	(char *)set, (char *)script, NULL };
	FILE *log = tmpfile();
	char *said;
	pid_t pid;
	int status;

	pid = log ? spawn(argv, fileno(log), fileno(log)) : -1;
	status = pid < 0 ? -1 : spawn_wait(pid);
	if (status < 0 || status == SPAWN_NOT_STARTED) {
		error("cannot run gnuplot: %s; install the package gnuplot-nox",
		      status < 0 ? strerror(errno) : "not found");
	} else if (status) {
		rewind(log);
		said = stream_read(log);
		error("gnuplot failed (%d) on %s in %s: %s", status, script, dir, said);
		free(said);
	}
	if (log)
		fclose(log);
	return status ? -1 : 0;
}

/* gnuplot leaves an empty or cut file behind when it cannot write: only what has an end is whole. */
static bool is_whole(const char *path, const char *end)
{
	char tail[16] = "";
	FILE *in = fopen(path, "r");
	size_t n = 0;

	if (!in)
		return false;
	if (!fseek(in, -(long)sizeof(tail), SEEK_END))
		n = fread(tail, 1, sizeof(tail), in);
	fclose(in);
	return n && memmem(tail, n, end, strlen(end));
}

/* Gives a drawn plot its name; after a failure removes what there is of it. */
static int finish_plot(const struct drawing *d, const char *kind, size_t format, bool failed)
{
	char name[64], *path, *partial;

	plot_file(kind, d->panel, formats[format].name, name, sizeof(name));
	path = xasprintf("%s/%s", d->dir, name);
	partial = xasprintf("%s" PARTIAL, path);
	if (!failed && (!is_whole(partial, formats[format].end) || rename(partial, path))) {
		error("cannot write %s; is the disk full?", path);
		failed = true;
	}
	if (failed)
		unlink(partial);
	free(partial);
	free(path);
	return failed ? -1 : 0;
}

static int draw_panel(const struct drawing *d)
{
	const struct panel *panel = &d->run->panels[d->panel];
	char script[64];
	int ret;

	plot_file("panel", d->panel, "gp", script, sizeof(script));
	ret = write_panel(d) || gnuplot_run(d->dir, "suffix = '" PARTIAL "'", script) ? -1 : 0;
	for (const struct plot_kind *kind = plot_kinds; kind->name; kind++)
		for (size_t f = 0; f < d->format_count && plot_is_for(kind, d->run, panel); f++)
			ret = finish_plot(d, kind->name, f, ret);
	return ret;
}

int plots_write(const struct run_data *run, const char *run_dir, bool png)
{
	char *dir = xasprintf("%s/plots", run_dir);
	struct drawing d = { .dir = dir, .run = run, .format_count = png ? 2 : 1 };
	int ret = 0;

	if (mkdir(dir, 0777) && errno != EEXIST)
		ret = error("cannot create %s: %s", dir, strerror(errno));
	if (!ret)
		ret = copy_scripts(&d);
	for (; d.panel < run->panel_count && !ret; d.panel++)
		if (run->panels[d.panel].shown_vcpus)
			ret = draw_panel(&d);
	free(dir);
	return ret;
}
