// SPDX-License-Identifier: GPL-2.0-only
/* What stands below the figures: points that gave none, conditions, and what the simulated CPUs answered. */
#include "table_notes.h"

#include <stdlib.h>
#include <string.h>

#include "../base/util.h"
#include "../host/conditions.h"
#include "describe.h"
#include "print.h"

/* A point that gave no figures, for the same reason as others at other vCPU counts. */
static bool is_same_problem(const struct record *a, const struct record *b)
{
	return !strcmp(a->status, b->status) && !strcmp(a->series, b->series) &&
	       !strcmp(a->reason, b->reason);
}

/* The first record's problem, and at which vCPU counts there is the same; these are done[]. */
static void print_problem(FILE *out, const struct panel *panel, size_t first, bool *done)
{
	const struct record *problem = &panel->records[first];
	bool has[VCPUS_MAX + 1] = { false };
	const char *separator = "";

	for (size_t i = first; i < panel->record_count; i++) {
		const struct record *record = &panel->records[i];

		if (record_is_ok(record) || !is_same_problem(record, problem))
			continue;
		done[i] = has[record->point.vcpus] = true;
	}
	fprintf(out, "  %s: %s, vCPUs ", problem->status, problem->series);
	for (unsigned int vcpus = 1; vcpus <= VCPUS_MAX; vcpus++) {
		if (!has[vcpus])
			continue;
		fprintf(out, "%s%u", separator, vcpus);
		separator = ",";
	}
}

void table_problems(FILE *out, const struct run_data *run)
{
	bool headed = false;

	for (size_t p = 0; p < run->panel_count; p++) {
		const struct panel *panel = &run->panels[p];
		bool *done = xcalloc(panel->record_count, sizeof(*done));

		for (size_t i = 0; i < panel->record_count; i++) {
			if (done[i] || record_is_ok(&panel->records[i]))
				continue;
			if (!headed)
				fprintf(out, "\nnot measured:\n");
			headed = true;
			print_problem(out, panel, i, done);
			fprintf(out, "%s%s\n", *panel->key ? ", " : "", panel->key);
			print_wrapped(out, "", 6, panel->records[i].reason, PRINT_WIDTH);
		}
		free(done);
	}
}

static void print_condition(void *out, const char *text)
{
	print_wrapped(out, "", 2, text, PRINT_WIDTH);
}

void table_conditions(FILE *out, const struct run_data *run)
{
	const json_t *machine = json_object_get(json_object_get(run->run, "wall"), "machine");
	struct text text;
	char *list;

	if (tier_kinds[run->tier].host != HOST_NATIVE)
		return;
	conditions_each(machine, print_condition, text_open(&text));
	list = text_close(&text);
	if (*list)
		fprintf(out, "\nwhat spoils times on the machine that this was measured on:\n%s",
			list);
	free(list);
}

static const struct {
	const char *title, *member;
	int width;
	bool of_test; /* else of all tests on the same CPUs */
} answer_columns[] = {
	{ "arch", "arch", 8 },
	{ "cpus", "cpus", 8 },
	{ "quantum", "quantum", 10 },
	{ "coherence", "coherence_ns", 10 },
	{ "speed", "speed", 10 },
	{ "test", "name", 10, true },
	{ "expected", "expected_ns", 10, true },
	{ "at least", "low_ns", 10, true },
	{ "at most", "high_ns", 10, true },
	{ "measured", "measured_ns", 10, true },
	{ "ok", "ok", 10, true },
};

#define ANSWER_COLUMNS (sizeof(answer_columns) / sizeof(answer_columns[0]))

static void print_answer(FILE *out, const json_t *object, const char *member, int width)
{
	const json_t *value = json_object_get(object, member);
	char text[64];

	if (json_is_boolean(value))
		fprintf(out, "%*s", width, json_is_true(value) ? "yes" : "NO");
	else if (json_is_real(value))
		fprintf(out, "%*.1f", width, json_real_value(value));
	else
		fprintf(out, "%*s", width, json_text(object, member, text, sizeof(text)));
}

void table_answers(FILE *out, const struct run_data *run)
{
	const json_t *answers, *test;
	size_t i, t;

	if (json_array_size(json_object_get(run->run, "known_answers"))) {
		fprintf(out, "\nknown answers of the simulated CPUs, ns an operation at 1 ns an "
			     "instruction\n");
		for (size_t c = 0; c < ANSWER_COLUMNS; c++)
			fprintf(out, "%*s", answer_columns[c].width, answer_columns[c].title);
		fputc('\n', out);
	}
	json_array_foreach (json_object_get(run->run, "known_answers"), i, answers) {
		json_array_foreach (json_object_get(answers, "tests"), t, test) {
			for (size_t c = 0; c < ANSWER_COLUMNS; c++)
				print_answer(out, answer_columns[c].of_test ? test : answers,
					     answer_columns[c].member, answer_columns[c].width);
			fputc('\n', out);
		}
	}
}
