// SPDX-License-Identifier: GPL-2.0-only
/* What the simulated CPUs said to questions whose answers are known: see known_answers.h. */
#include "report_data.h"

#include <string.h>

static const struct {
	const char *title, *member;
	bool of_test; /* else of all tests on the same CPUs */
} columns[ANSWER_COLUMNS] = {
	{ "arch", "arch" },
	{ "cpus", "cpus" },
	{ "quantum", "quantum" },
	{ "coherence", "coherence_ns" },
	{ "speed", "speed" },
	{ "test", "name", true },
	{ "expected", "expected_ns", true },
	{ "at least", "low_ns", true },
	{ "at most", "high_ns", true },
	{ "measured", "measured_ns", true },
	{ "ok", "ok", true },
};

const char *answer_title(size_t column)
{
	return columns[column].title;
}

static json_t *cell(const json_t *value)
{
	if (json_is_boolean(value))
		return json_string(json_is_true(value) ? "yes" : "NO");
	if (json_is_real(value))
		return json_sprintf("%.1f", json_real_value(value));
	if (json_is_integer(value))
		return json_sprintf("%lld", (long long)json_integer_value(value));
	return json_string(json_is_string(value) ? json_string_value(value) : "");
}

json_t *run_answers(const struct run_data *run)
{
	json_t *rows = json_array();
	const json_t *answers, *test;
	size_t i, t;

	json_array_foreach (json_object_get(run->run, "known_answers"), i, answers) {
		json_array_foreach (json_object_get(answers, "tests"), t, test) {
			json_t *row = json_array();

			for (size_t c = 0; c < ANSWER_COLUMNS; c++)
				json_array_append_new(
					row,
					cell(json_object_get(columns[c].of_test ? test : answers,
							     columns[c].member)));
			json_array_append_new(rows, row);
		}
	}
	return rows;
}

const char *run_answers_summary(const struct run_data *run, char *buf, size_t size)
{
	json_t *rows = run_answers(run);
	const json_t *row;
	size_t ok = 0, i;

	json_array_foreach (rows, i, row)
		ok += !strcmp(json_string_value(json_array_get(row, ANSWER_COLUMNS - 1)), "yes");
	buf[0] = '\0';
	if (i)
		snprintf(buf, size,
			 "%zu of %zu known answers of the simulated CPUs within their bounds", ok,
			 i);
	json_decref(rows);
	return buf;
}
