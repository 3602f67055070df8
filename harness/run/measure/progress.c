// SPDX-License-Identifier: GPL-2.0-only
#include "progress.h"

#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "../../mode.h"
#include "../plan/cost.h"
#include "../store/record.h"

#define DRAW_EVERY_S 0.5
#define LINE_CHARS 256
#define POINT_CHARS 160

void progress_start(struct progress *progress, const struct plan *plan, const bool *is_done,
		    unsigned int jobs)
{
	*progress = (struct progress){
		.total = plan->count,
		.started_s = monotonic_s(),
		.terminal = isatty(STDERR_FILENO),
	};
	for (size_t i = 0; i < plan->count; i++) {
		if (is_done[i])
			progress->done++;
		else
			progress->cost_left += cost_s(&plan->points[i].point);
	}
	if (jobs)
		progress->end_s = progress->started_s + progress->cost_left / jobs;
}

static void describe(const struct planned *planned, char *buf, size_t size)
{
	const struct point *p = &planned->point;
	const char *mode = mode_names[p->mode];
	bool said = strstr(planned->series, mode);
	int n = snprintf(buf, size, "%s%s%s, %u vCPU%s, %llu pages", planned->series,
			 said ? "" : ", ", said ? "" : mode, p->vcpus, p->vcpus > 1 ? "s" : "",
			 (unsigned long long)point_pages_total(p));

	if (p->arch != arch_of_machine() && n > 0 && (size_t)n < size)
		n += snprintf(buf + n, size - n, ", %s", arch_names[p->arch]);
	if (p->repeat > 1 && n > 0 && (size_t)n < size)
		snprintf(buf + n, size - n, ", repeat %u", p->repeat);
}

static void time_left(const struct progress *progress, char *buf, size_t size)
{
	double left_s = progress->end_s - monotonic_s();
	unsigned int whole_s = left_s > 0 ? (unsigned int)(left_s + 0.5) : 0;

	buf[0] = '\0';
	if (progress->end_s)
		snprintf(buf, size, "%u:%02u left", whole_s / 60, whole_s % 60);
}

static int terminal_columns(void)
{
	struct winsize size;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) || !size.ws_col || size.ws_col >= LINE_CHARS)
		return 80;
	return size.ws_col;
}

void progress_draw(struct progress *progress, const struct planned *at_hand)
{
	double now_s = monotonic_s();
	char line[LINE_CHARS], point[POINT_CHARS] = "", left[32];

	if (!progress->terminal || now_s - progress->drawn_s < DRAW_EVERY_S)
		return;
	progress->drawn_s = now_s;
	if (at_hand)
		describe(at_hand, point, sizeof(point));
	time_left(progress, left, sizeof(left));
	snprintf(line, sizeof(line), "[%zu/%zu] %s  %s", progress->done, progress->total, left,
		 point);
	fprintf(stderr, "\r\033[K%.*s", terminal_columns() - 1, line);
}

void progress_point_done(struct progress *progress, const struct planned *planned,
			 const json_t *record, double duration_s)
{
	const char *status = record_status(record);
	double now_s = monotonic_s(), cost = cost_s(&planned->point);
	bool good = !strcmp(status, "ok");
	char point[POINT_CHARS], left[32];

	progress->done++;
	progress->cost_done += cost;
	progress->cost_left -= cost;
	/* Until the next point is done, time just passes. */
	progress->end_s =
		now_s + (now_s - progress->started_s) * progress->cost_left / progress->cost_done;
	if (progress->terminal && good)
		return;
	progress_end(progress);
	describe(planned, point, sizeof(point));
	time_left(progress, left, sizeof(left));
	fprintf(stderr, "[%zu/%zu] %-7s %s (%.1f s)%s%s%s%s\n", progress->done, progress->total,
		status, point, duration_s, good ? "" : ": ", good ? "" : record_reason(record),
		progress->terminal ? "" : "  ", progress->terminal ? "" : left);
}

void progress_end(struct progress *progress)
{
	if (progress->terminal)
		fputs("\r\033[K", stderr);
	progress->drawn_s = 0;
}
