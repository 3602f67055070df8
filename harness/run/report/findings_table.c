// SPDX-License-Identifier: GPL-2.0-only
#include "findings_table.h"

#include <stdlib.h>

#include "print.h"
#include "../base/util.h"

void findings_end(FILE *out, const struct contest *contest, size_t end)
{
	if (contest->ends_count > 1)
		fprintf(out, " (coherence=%u)", contest->ends[end]->point->coherence_ns);
}

/* What lies apart by less is one number. */
static bool is_range(const struct spread *ratio)
{
	return ratio->count > 1 && ratio->high - ratio->low >= 0.01 * ratio->median;
}

static void print_range(FILE *out, const struct spread *ratio)
{
	if (!is_range(ratio))
		fprintf(out, "%.2f", ratio->median);
	else if (ratio->median < 10)
		fprintf(out, "%.2f-%.2f", ratio->low, ratio->high);
	else
		fprintf(out, "%.1f-%.1f", ratio->low, ratio->high);
}

void findings_ratio(FILE *out, const struct spread *ratio)
{
	const bool has_both = ratio->is_of_blocks && is_range(ratio);

	if (has_both)
		fprintf(out, ratio->median < 10 ? "%.2f (" : "%.1f (", ratio->median);
	print_range(out, ratio);
	if (has_both)
		fputc(')', out);
}

static void print_rate(FILE *out, struct spread rate)
{
	double shown = spread_shown(&rate) / 1000;

	if (rate.known)
		fprintf(out, "%10.*f", shown < 1000, shown);
	else
		fprintf(out, "%10s", "-");
}

static void print_ratio_range(FILE *out, struct spread ratio)
{
	struct text text;
	char *range;

	print_range(text_open(&text), &ratio);
	range = text_close(&text);
	fprintf(out, "%11s", ratio.known ? range : "-");
	free(range);
}

static void print_row(FILE *out, const struct panel *panel, unsigned int vcpus)
{
	const struct series *best = contest_best(panel, CONTENDER_UFFD, vcpus);

	if (!best)
		return;
	fprintf(out, "%5u", vcpus);
	print_rate(out, contest_rate(panel, CONTENDER_UFFD, vcpus));
	print_rate(out, contest_rate(panel, CONTENDER_ONE, vcpus));
	print_rate(out, contest_rate(panel, CONTENDER_USERFAULT, vcpus));
	print_ratio_range(out, contest_ratio(panel, CONTENDER_USERFAULT, CONTENDER_UFFD, vcpus));
	print_ratio_range(out, contest_ratio(panel, CONTENDER_USERFAULT, CONTENDER_ONE, vcpus));
	print_ratio_range(out, contest_ratio(panel, CONTENDER_EXIT, CONTENDER_UFFD, vcpus));
	fputc('\n', out);
}

/* "1-4: uffd, 1 reader; 16: ..." */
static void print_winners(FILE *out, const struct panel *panel, int width)
{
	const struct series *before = NULL;
	struct text text;
	char *winners;

	text_open(&text);
	for (size_t i = 0; i < panel->vcpus_count; i++) {
		const struct series *best = contest_best(panel, CONTENDER_UFFD, panel->vcpus[i]);

		if (best && best != before)
			fprintf(text.out, "%s%u: %s", before ? "; from " : "from ", panel->vcpus[i],
				best->label);
		before = best ? best : before;
	}
	winners = text_close(&text);
	print_wrapped(out, "  best uffd", 12, winners, width);
	free(winners);
}

/* "64: 8 uffds (1060 thousand pages/s); p99 ...; cheapest within 10 % ...", for each vCPU count. */
static void print_strongest(FILE *out, const struct panel *panel, int width)
{
	static const struct {
		const char *words, *unit;
		double scale;
	} merits[MERITS] = {
		[MERIT_RATE] = { "", "thousand pages/s", 1e-3 },
		[MERIT_P99] = { "; for p99 ", "us", 1 },
		[MERIT_CHEAP] = { "; cheapest within 10 % of the best ",
				  "us of handlers' CPU time a page", 1 },
	};

	fputs("  the best uffd for its rate, for its p99, and the cheapest that is nearly as fast\n",
	      out);
	for (size_t i = 0; i < panel->vcpus_count; i++) {
		char title[24];
		struct text text;
		char *line;

		text_open(&text);
		for (enum merit merit = 0; merit < MERITS; merit++) {
			struct spread figure;
			const struct series *best =
				contest_strongest(panel, merit, panel->vcpus[i], &figure);

			if (best)
				fprintf(text.out, "%s%s (%.10g %s)", merits[merit].words,
					best->label,
					three_digits(figure.median * merits[merit].scale),
					merits[merit].unit);
		}
		line = text_close(&text);
		snprintf(title, sizeof(title), "%5u  ", panel->vcpus[i]);
		if (*line)
			print_wrapped(out, title, 7, line, width);
		free(line);
	}
}

void findings_table(FILE *out, const struct contest *contest, int width, bool is_brief)
{
	for (size_t end = 0; end < contest->ends_count; end++) {
		const struct panel *panel = contest->ends[end];

		fputs(point_is_native(panel->point) ?
			      "\nthousand pages/s; ratios block by block, 95 % intervals of the median" :
			      "\nthousand pages/s; ratios from least to most by the spread",
		      out);
		findings_end(out, contest, end);
		fprintf(out, "\n%5s%10s%10s%10s%11s%11s%11s\n", "vCPUs", "uffd best", "one uffd",
			"userfault", "/ best", "/ one", "exit/best");
		for (size_t i = 0; i < panel->vcpus_count; i++)
			print_row(out, panel, panel->vcpus[i]);
		(is_brief ? print_winners : print_strongest)(out, panel, width);
	}
}
