// SPDX-License-Identifier: GPL-2.0-only
#include "plot.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plot_data.h"
#include "../base/file.h"
#include "../base/spawn.h"
#include "../base/util.h"

const struct plot_kind plot_kinds[] = {
	{ "throughput",
	  "Pages per second of all vCPUs together, from the first vCPU's start to the last one's end. "
	  "Both axes are logarithmic: a straight rise is scaling, a flat line is a bottleneck, a fall "
	  "is contention, or work that grows with the number of vCPUs." },
	{ "latency",
	  "Total latency of a fault as the guest sees it: half of all faults took less than p50, one in "
	  "a hundred took longer than p99." },
	{ "distribution",
	  "For each latency, the fraction of faults that took longer. The lower and the further left, "
	  "the better; a long foot to the right is a tail. Marks stand at p50, p90, p99 and p99.9." },
	{ "phases",
	  "Where the time of a mean fault goes. Delivery: until the handler knows of the fault. Fetch: "
	  "getting the content. Resolve: until the page is in place. Resume: until the guest's access "
	  "has completed. Mode kernel has no handler, so only its total is known." },
};

const size_t plot_kind_count = sizeof(plot_kinds) / sizeof(plot_kinds[0]);

const char *plot_path(const struct plot_kind *kind, size_t panel, const char *format, char *buf,
		      size_t size)
{
	if (panel)
		snprintf(buf, size, "plots/%s-%zu.%s", kind->name, panel + 1, format);
	else
		snprintf(buf, size, "plots/%s.%s", kind->name, format);
	return buf;
}

const char *plots_dir(char *buf, size_t size)
{
	const char *root = getenv("FAULTLINE_ROOT");

	if (!root) {
		error("FAULTLINE_ROOT is not set, so plots/ cannot be found; start through run.sh");
		return NULL;
	}
	snprintf(buf, size, "%s/plots", root);
	return buf;
}

/* Runs gnuplot with its messages in the file log. Returns its exit code, or -1 with errno. */
static int spawn_gnuplot(char *const *argv, const char *log)
{
	int fd = open(log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	pid_t pid = fd < 0 ? -1 : spawn(argv, fd, fd);

	if (fd >= 0)
		close(fd);
	return pid < 0 ? -1 : spawn_wait(pid);
}

static int run_gnuplot(const char *script, const char *data, const char *settings)
{
	char dir[4096], *argv[7], *log = xasprintf("%s/log", data), *said;
	int status;

	if (!plots_dir(dir, sizeof(dir))) {
		free(log);
		return -1;
	}
	argv[0] = xstrdup("gnuplot");
	argv[1] = xstrdup("-e");
	argv[2] = xstrdup(settings);
	argv[3] = xasprintf("%s/panel.gp", data);
	argv[4] = xasprintf("%s/style.gnuplot", dir);
	argv[5] = xasprintf("%s/%s.gnuplot", dir, script);
	argv[6] = NULL;
	status = spawn_gnuplot(argv, log);
	if (status < 0 || status == SPAWN_NOT_STARTED) {
		error("cannot run gnuplot: %s; install the package gnuplot-nox",
		      status < 0 ? strerror(errno) : "not found");
	} else if (status) {
		said = file_read(log);
		error("gnuplot failed (%d) on %s: %s", status, argv[5], said ? said : "");
		free(said);
	}
	for (int i = 0; argv[i]; i++)
		free(argv[i]);
	free(log);
	return status ? -1 : 0;
}

/* gnuplot leaves an empty or cut file behind when it cannot write: only what has an end is whole. */
static bool is_whole(const char *path, const char *format)
{
	const char *mark = strcmp(format, "svg") ? "IEND" : "</svg>";
	char tail[16] = "";
	FILE *in = fopen(path, "r");
	size_t n = 0;

	if (!in)
		return false;
	if (!fseek(in, -(long)sizeof(tail), SEEK_END))
		n = fread(tail, 1, sizeof(tail), in);
	fclose(in);
	return n && memmem(tail, n, mark, strlen(mark));
}

static int draw(const struct plot_kind *kind, size_t panel, const char *format, const char *data,
		const char *run_dir)
{
	char name[256], *path, *temporary, *settings;
	int ret;

	path = xasprintf("%s/%s", run_dir, plot_path(kind, panel, format, name, sizeof(name)));
	temporary = xasprintf("%s.tmp", path);
	/* In the environment, so that no quote in a folder's name needs care. */
	setenv("FAULTLINE_PLOT_OUTPUT", temporary, 1);
	settings = xasprintf("format = '%s'", format);
	ret = run_gnuplot(kind->name, data, settings);
	unsetenv("FAULTLINE_PLOT_OUTPUT");
	if (!ret && (!is_whole(temporary, format) || rename(temporary, path))) {
		error("cannot write %s; is the disk full?", path);
		ret = -1;
	}
	if (ret)
		unlink(temporary);
	free(settings);
	free(temporary);
	free(path);
	return ret;
}

static int draw_panel(const struct run_data *run, size_t panel, const char *data,
		      const char *run_dir)
{
	static const char *const formats[] = { "svg", "png" };

	if (plot_data_write(run, &run->panels[panel], data))
		return -1;
	for (size_t k = 0; k < plot_kind_count; k++)
		for (size_t f = 0; f < sizeof(formats) / sizeof(formats[0]); f++)
			if (draw(&plot_kinds[k], panel, formats[f], data, run_dir))
				return -1;
	return 0;
}

int plots_write(const struct run_data *run, const char *run_dir)
{
	char *data, *dir = xasprintf("%s/plots", run_dir);
	int ret = 0;

	if (mkdir(dir, 0777) && errno != EEXIST) {
		error("cannot create %s: %s", dir, strerror(errno));
		ret = -1;
	}
	free(dir);
	for (size_t p = 0; p < run->panel_count && !ret; p++) {
		if (!run->panels[p].shown_vcpus)
			continue;
		data = scratch_make();
		ret = data ? draw_panel(run, p, data, run_dir) : -1;
		if (data)
			scratch_remove(data);
	}
	return ret;
}
