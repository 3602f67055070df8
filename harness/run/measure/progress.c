// SPDX-License-Identifier: GPL-2.0-only
#include "progress.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "../../mode.h"
#include "../plan/cost.h"
#include "../store/record.h"

/* Whether a line can be drawn anew. */
static bool is_drawable(void)
{
	const char *term = getenv("TERM");

	return isatty(STDERR_FILENO) && term && *term && strcmp(term, "dumb");
}

void progress_start(struct progress *progress, const struct plan *plan, unsigned int jobs)
{
	*progress = (struct progress){
		.total = plan->count,
		.terminal = is_drawable(),
	};
	stopwatch_start(&progress->watch);
	for (size_t i = 0; i < plan->count; i++) {
		if (plan->points[i].is_done)
			progress->done++;
		else
			progress->cost_left += cost_s(&plan->points[i].point);
	}
	if (jobs)
		progress->end_s = progress->cost_left / jobs;
}

/* Series, mode and size of a point. Caller frees. */
static char *describe(const struct planned *planned)
{
	const struct point *p = &planned->point;
	const char *mode = mode_names[p->mode];
	bool is_said = strstr(planned->series, mode), is_own = p->arch == arch_of_machine();
	char repeat[32] = "";

	if (p->repeat > 1)
		snprintf(repeat, sizeof(repeat), ", repeat %u", p->repeat);
	return xasprintf("%s%s%s, %u vCPU%s, %llu pages%s%s%s", planned->series,
			 is_said ? "" : ", ", is_said ? "" : mode, p->vcpus,
			 p->vcpus > 1 ? "s" : "", (unsigned long long)point_pages_total(p),
			 is_own ? "" : ", ", is_own ? "" : arch_names[p->arch], repeat);
}

/* "1:05 left", or "" where it is not known. Returns buf. */
static const char *time_left(struct progress *progress, char buf[32])
{
	double left_s = progress->end_s - stopwatch_s(&progress->watch);
	unsigned int whole_s = left_s > 0 ? (unsigned int)(left_s + 0.5) : 0;

	buf[0] = '\0';
	if (progress->end_s)
		snprintf(buf, 32, "%u:%02u left", whole_s / 60, whole_s % 60);
	return buf;
}

static int terminal_columns(void)
{
	struct winsize size;

	return !ioctl(STDERR_FILENO, TIOCGWINSZ, &size) && size.ws_col ? size.ws_col : 80;
}

void progress_draw(struct progress *progress, const struct planned *at_hand)
{
	double now_s = stopwatch_s(&progress->watch);
	char *line, *point, left[32];

	if (!progress->terminal || now_s < progress->draw_s)
		return;
	progress->draw_s = now_s + LOOK_EVERY_S;
	point = at_hand ? describe(at_hand) : xstrdup("");
	line = xasprintf("[%zu/%zu] %s  %s", progress->done, progress->total,
			 time_left(progress, left), point);
	fprintf(stderr, "\r\033[K%.*s", terminal_columns() - 1, line);
	free(line);
	free(point);
}

void progress_point_done(struct progress *progress, const struct planned *planned,
			 const json_t *record, double duration_s)
{
	const char *status = record_status(record);
	double now_s = stopwatch_s(&progress->watch), cost = cost_s(&planned->point);
	bool is_ok = !strcmp(status, "ok"), is_terminal = progress->terminal;
	char *point, left[32];

	progress->done++;
	progress->cost_done += cost;
	progress->cost_left -= cost;
	/* Until the next point is done, time just passes. */
	progress->end_s = now_s + now_s * progress->cost_left / progress->cost_done;
	if (is_terminal && is_ok)
		return;
	progress_end(progress);
	point = describe(planned);
	fprintf(stderr, "[%zu/%zu] %-7s %s (%.1f s)%s%s%s%s\n", progress->done, progress->total,
		status, point, duration_s, is_ok ? "" : ": ", is_ok ? "" : record_reason(record),
		is_terminal ? "" : "  ", is_terminal ? "" : time_left(progress, left));
	free(point);
}

void progress_end(struct progress *progress)
{
	if (progress->terminal)
		fputs("\r\033[K", stderr);
	progress->draw_s = 0;
}
