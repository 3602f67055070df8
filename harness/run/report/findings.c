// SPDX-License-Identifier: GPL-2.0-only
#include "findings.h"

#include <stdlib.h>
#include <string.h>

#include "../../mode.h"
#include "contest.h"
#include "describe.h"
#include "findings_table.h"
#include "print.h"
#include "../base/json.h"
#include "../base/util.h"

static const char *const names[CONTENDERS] = {
	[CONTENDER_UFFD] = "the best userfaultfd set-up",
	[CONTENDER_ONE] = "the best with one userfaultfd",
	[CONTENDER_USERFAULT] = "KVM Userfault",
	[CONTENDER_EXIT] = "exit on missing",
};

static bool has_all(const struct contest *contest, enum contender a, enum contender b,
		    unsigned int vcpus)
{
	for (size_t end = 0; end < contest->ends_count; end++)
		if (!contest_ratio(contest->ends[end], a, b, vcpus).known)
			return false;
	return true;
}

/* The largest vCPU count at which both are there at all ends, or 0. */
static unsigned int largest_common(const struct contest *contest, enum contender a,
				   enum contender b)
{
	for (size_t i = contest->vcpus_count; i--;)
		if (has_all(contest, a, b, contest->vcpus[i]))
			return contest->vcpus[i];
	return 0;
}

static void say_ratios(FILE *out, const struct contest *contest, enum contender a, enum contender b,
		       unsigned int vcpus)
{
	for (size_t end = 0; end < contest->ends_count; end++) {
		struct spread ratio = contest_ratio(contest->ends[end], a, b, vcpus);

		fputs(!end ? "" : end + 1 < contest->ends_count ? ", " : " and ", out);
		findings_ratio(out, &ratio);
		findings_end(out, contest, end);
	}
	fprintf(out, " times the pages/s of %s", names[b]);
}

/* Two contenders, and how the first comes out against the second. */
struct match {
	enum contender a, b;
	int order;
};

/* Both at one end: "4, 16 vCPUs" where it comes out so; "" for nowhere. Caller frees. */
static char *counts_where(const struct contest *contest, size_t end, const struct match *match)
{
	unsigned int last = 0;
	struct text text;
	FILE *out = text_open(&text);

	for (size_t i = 0; i < contest->vcpus_count; i++) {
		struct spread ratio =
			contest_ratio(contest->ends[end], match->a, match->b, contest->vcpus[i]);

		if (!ratio.known || contest_order(&ratio) != match->order)
			continue;
		fprintf(out, "%s%u", last ? ", " : "", contest->vcpus[i]);
		last = contest->vcpus[i];
	}
	if (last)
		fputs(last > 1 ? " vCPUs" : " vCPU", out);
	return text_close(&text);
}

/*
 * "4 and 16 vCPUs": between which the curves cross, that is between which of those that the spread
 * separates the order changes; "" for nowhere. Caller frees.
 */
static char *crossings(const struct contest *contest, size_t end, const struct match *match)
{
	unsigned int before = 0;
	int order = 0;
	bool is_said = false;
	struct text text;
	FILE *out = text_open(&text);

	for (size_t i = 0; i < contest->vcpus_count; i++) {
		struct spread ratio =
			contest_ratio(contest->ends[end], match->a, match->b, contest->vcpus[i]);
		int now = contest_order(&ratio);

		if (now && order && now != order) {
			fprintf(out, "%s%u and %u vCPUs", is_said ? ", " : "", before,
				contest->vcpus[i]);
			is_said = true;
		}
		if (now) {
			order = now;
			before = contest->vcpus[i];
		}
	}
	return text_close(&text);
}

/*
 * What is true where, of all ends: " at 4, 16 vCPUs (coherence=0)", or " at 4 vCPUs, at both ends".
 * Returns how many of these it has said.
 */
static size_t say_ends(FILE *out, const struct contest *contest, const char *at,
		       char *(*where)(const struct contest *contest, size_t end,
				      const struct match *match),
		       const struct match *match)
{
	char **said = xcalloc(contest->ends_count, sizeof(*said));
	size_t count = 0;
	bool is_same = contest->ends_count > 1;

	for (size_t end = 0; end < contest->ends_count; end++) {
		said[end] = where(contest, end, match);
		is_same &= !strcmp(said[end], said[0]);
	}
	for (size_t end = 0; end < (is_same ? 1 : contest->ends_count); end++) {
		if (!*said[end])
			continue;
		fprintf(out, "%s %s %s", count++ ? " and" : "", at, said[end]);
		if (!is_same)
			findings_end(out, contest, end);
	}
	if (is_same && count)
		fputs(contest->ends_count == 2 ? ", at both ends" : ", at all ends", out);
	for (size_t end = 0; end < contest->ends_count; end++)
		free(said[end]);
	free(said);
	return count;
}

/* "ahead at 16, 64 vCPUs (coherence=0); not separated at 4 vCPUs (coherence=70)" */
static void say_order(FILE *out, const struct contest *contest, enum contender a, enum contender b)
{
	static const struct {
		int order;
		const char *words;
	} outcomes[] = { { 1, "ahead" }, { -1, "behind" }, { 0, "not separated" } };
	const char *separator = "";

	for (size_t i = 0; i < sizeof(outcomes) / sizeof(outcomes[0]); i++) {
		struct text text;
		struct match match = { a, b, outcomes[i].order };
		size_t count = say_ends(text_open(&text), contest, "at", counts_where, &match);
		char *where = text_close(&text);

		if (count)
			fprintf(out, "%s%s%s", separator, outcomes[i].words, where);
		separator = count ? "; " : separator;
		free(where);
	}
}

static void find_ratios(FILE *out, const struct contest *contest, enum contender a)
{
	unsigned int vcpus = largest_common(contest, a, CONTENDER_UFFD);

	if (!vcpus)
		return;
	fprintf(out, "With %u vCPU%s %s has ", vcpus, vcpus > 1 ? "s" : "", names[a]);
	say_ratios(out, contest, a, CONTENDER_UFFD, vcpus);
	if (vcpus > 1 && has_all(contest, a, CONTENDER_ONE, vcpus)) {
		fputs(", ", out);
		say_ratios(out, contest, a, CONTENDER_ONE, vcpus);
	}
	fputs(". Against the best set-up it is ", out);
	say_order(out, contest, a, CONTENDER_UFFD);
	fputc('.', out);
}

static void find_userfault(FILE *out, const struct contest *contest)
{
	find_ratios(out, contest, CONTENDER_USERFAULT);
}

static void find_exit(FILE *out, const struct contest *contest)
{
	find_ratios(out, contest, CONTENDER_EXIT);
}

static void find_between_exits(FILE *out, const struct contest *contest)
{
	if (!largest_common(contest, CONTENDER_USERFAULT, CONTENDER_EXIT))
		return;
	fputs("KVM Userfault against exit on missing: ", out);
	say_order(out, contest, CONTENDER_USERFAULT, CONTENDER_EXIT);
	fputc('.', out);
}

/* The pairs that have curves of their own in the plot. */
static void find_crossings(FILE *out, const struct contest *contest)
{
	static const struct match pairs[] = {
		{ CONTENDER_USERFAULT, CONTENDER_UFFD },
		{ CONTENDER_EXIT, CONTENDER_UFFD },
		{ CONTENDER_USERFAULT, CONTENDER_EXIT },
	};
	size_t count = 0;

	if (contest->vcpus_count < 2)
		return;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		struct text text;
		size_t there = say_ends(text_open(&text), contest, "between", crossings, &pairs[i]);
		char *where = text_close(&text);

		if (there)
			fprintf(out, "%s %s and %s%s",
				count++ ? ";" : "Curves cross:", names[pairs[i].a],
				names[pairs[i].b], where);
		free(where);
	}
	if (count)
		fputc('.', out);
	else if (largest_common(contest, CONTENDER_USERFAULT, CONTENDER_UFFD))
		fprintf(out,
			"No curves of exits, KVM Userfault and the best userfaultfd set-up cross from %u to "
			"%u vCPUs.",
			contest->vcpus[0], contest->vcpus[contest->vcpus_count - 1]);
}

/* Where the best rate with one userfaultfd is the highest. */
static void find_peak(FILE *out, const struct contest *contest)
{
	bool is_said = false;

	if (contest->vcpus_count < 2)
		return;
	for (size_t end = 0; end < contest->ends_count; end++) {
		unsigned int at = 0, last = 0;
		double most = 0;

		for (size_t i = 0; i < contest->vcpus_count; i++) {
			struct spread rate =
				contest_rate(contest->ends[end], CONTENDER_ONE, contest->vcpus[i]);

			last = rate.known ? contest->vcpus[i] : last;
			if (rate.known && rate.median > most) {
				most = rate.median;
				at = contest->vcpus[i];
			}
		}
		if (!at)
			continue;
		fputs(is_said ? ", " :
				"One userfaultfd, with the best number and kind of readers, ",
		      out);
		if (at == last)
			fprintf(out, "still grows at %u vCPUs", at);
		else
			fprintf(out, "peaks at %u vCPUs with %.3g thousand pages/s", at,
				most / 1000);
		findings_end(out, contest, end);
		is_said = true;
	}
	if (is_said)
		fputc('.', out);
}

/* The least part of the best userfaultfd's rate that a set-up has anywhere; 0 where it is missing. */
static double least_part(const struct contest *contest, const char *label)
{
	double least = 1;

	for (size_t end = 0; end < contest->ends_count; end++) {
		const struct series *series = panel_series(contest->ends[end], label);

		for (size_t i = 0; i < contest->vcpus_count; i++) {
			unsigned int vcpus = contest->vcpus[i];
			struct spread best =
				contest_rate(contest->ends[end], CONTENDER_UFFD, vcpus);
			const struct cell *cell = series ? series_timed_cell(series, vcpus) : NULL;
			double part;

			if (!best.known)
				continue;
			part = cell ? cell_figure(cell, FIGURE_COMPARED)->median / best.median : 0;
			least = part < least ? part : least;
		}
	}
	return least;
}

static void find_stock(FILE *out, const struct contest *contest)
{
	const struct panel *panel = contest->ends[0];
	const char *choice = NULL;
	double most = 0;

	for (size_t s = 0; s < panel->series_count; s++) {
		double part = panel->series[s].mode == MODE_uffd ?
				      least_part(contest, panel->series[s].label) :
				      0;

		if (part > most) {
			most = part;
			choice = panel->series[s].label;
		}
	}
	if (!choice)
		return;
	fprintf(out,
		"Without a patched kernel, of the set-ups measured at every vCPU count '%s' is the one "
		"that is never far behind: it has at least %.0f %% of the best one's pages/s.%s",
		choice, most * 100,
		most < NEAR_BEST ? " No single one is within 10 % of the best everywhere." : "");
}

static void (*const finders[])(FILE *out, const struct contest *contest) = {
	find_userfault, find_exit, find_between_exits, find_crossings, find_peak, find_stock,
};

static void print_sentences(FILE *out, const struct contest *contest, int width)
{
	for (size_t i = 0; i < sizeof(finders) / sizeof(finders[0]); i++) {
		struct text text;
		char *sentence;

		finders[i](text_open(&text), contest);
		sentence = text_close(&text);
		if (*sentence)
			print_wrapped(out, "-", 2, sentence, width);
		free(sentence);
	}
}

/* Returns whether there is anything to find. */
static bool print_contest(FILE *out, const struct contest *contest, int width, bool is_brief)
{
	const struct panel *panel = contest->ends[0];
	char fetch[64];
	bool is_there = false;

	for (size_t i = 0; i < contest->vcpus_count; i++)
		is_there |= contest_best(panel, CONTENDER_UFFD, contest->vcpus[i]) != NULL;
	if (!is_there)
		return false;
	fprintf(out, "\nFindings: %s, tier %s, fetch %s\n", panel_arch(panel), panel_tier(panel),
		panel_fetch(panel, fetch, sizeof(fetch)));
	print_sentences(out, contest, width);
	findings_table(out, contest, width, is_brief);
	return true;
}

void findings_print(FILE *out, const struct run_data *run, int width)
{
	struct contests contests = contests_find(run);

	for (size_t i = 0; i < contests.n; i++)
		print_contest(out, &contests.v[i], width, false);
	contests_free(&contests);
}

#define MAIL_LINES 60
#define MAIL_WIDTH 78

static size_t lines_of(const char *text)
{
	size_t lines = 0;

	for (; *text; text++)
		lines += *text == '\n';
	return lines;
}

static char *mail_end(const struct run_data *run)
{
	struct text text;
	char member[512];
	FILE *out = text_open(&text);

	fputc('\n', out);
	print_wrapped(out, "tier", 11, tier_kinds[run->tier].caption, MAIL_WIDTH);
	if (run_answers_summary(run, member, sizeof(member))[0])
		print_wrapped(out, "checked by", 11, member, MAIL_WIDTH);
	for (size_t p = 0; p < run->panel_count && p < 1; p++)
		print_wrapped(out, "points", 11,
			      panel_conditions(&run->panels[p], member, sizeof(member)),
			      MAIL_WIDTH);
	print_wrapped(out, "kernel", 11, run_kernel(run, NULL, member, sizeof(member)), MAIL_WIDTH);
	print_wrapped(out, "faultline", 11, run_version(run, member, sizeof(member)), MAIL_WIDTH);
	print_wrapped(out, "repeat", 11, json_text(run->run, "command", member, sizeof(member)),
		      MAIL_WIDTH);
	return text_close(&text);
}

void findings_mail(FILE *out, const struct run_data *run)
{
	struct contests contests = contests_find(run);
	char *end = mail_end(run), incomplete[128];
	size_t lines = lines_of(end), left_out = 0;

	if (run_incomplete(run, incomplete, sizeof(incomplete))[0])
		fprintf(out, "*** %s ***\n", incomplete);
	lines += 1 + (*incomplete != '\0');
	for (size_t i = 0; i < contests.n; i++) {
		struct text text;
		bool is_there = print_contest(text_open(&text), &contests.v[i], MAIL_WIDTH, true);
		char *part = text_close(&text);

		if (is_there && lines + lines_of(part) > MAIL_LINES)
			left_out++;
		else
			fputs(part, out);
		lines += is_there && lines + lines_of(part) <= MAIL_LINES ? lines_of(part) : 0;
		free(part);
	}
	if (left_out)
		fprintf(out, "(%zu more of these are in the report)\n", left_out);
	fputs(end, out);
	free(end);
	contests_free(&contests);
}
