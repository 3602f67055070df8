// SPDX-License-Identifier: GPL-2.0-only
/* Points that gave no figures, and why. */
#include <string.h>

#include "report_data.h"

/* The entry for such points, made when there is none: one for each status, series and reason. */
static json_t *find_problem(json_t *problems, const struct panel *panel, const json_t *record)
{
	static const char *const same[] = { "status", "series", "reason" };
	json_t *problem;
	size_t i;

	json_array_foreach (problems, i, problem) {
		bool equal =
			!strcmp(json_string_value(json_object_get(problem, "panel")), panel->key);

		for (size_t k = 0; k < sizeof(same) / sizeof(same[0]); k++) {
			char a[1024], b[1024];

			equal &= !strcmp(json_text(problem, same[k], a, sizeof(a)),
					 json_text(record, same[k], b, sizeof(b)));
		}
		if (equal)
			return problem;
	}
	problem = json_pack("{s:s, s:[]}", "panel", panel->key, "vcpus");
	for (size_t k = 0; k < sizeof(same) / sizeof(same[0]); k++) {
		char text[1024];

		json_object_set_new(problem, same[k],
				    json_string(json_text(record, same[k], text, sizeof(text))));
	}
	json_array_append_new(problems, problem);
	return problem;
}

/* Keeps the list ascending and without repeats. */
static void add_vcpus(json_t *list, json_int_t vcpus)
{
	size_t i = 0;

	while (i < json_array_size(list) && json_integer_value(json_array_get(list, i)) < vcpus)
		i++;
	if (json_integer_value(json_array_get(list, i)) != vcpus)
		json_array_insert_new(list, i, json_integer(vcpus));
}

json_t *run_problems(const struct run_data *run)
{
	json_t *problems = json_array();

	for (size_t p = 0; p < run->panel_count; p++) {
		const struct panel *panel = &run->panels[p];
		const json_t *record;
		size_t r;

		json_array_foreach (panel->records, r, record) {
			json_t *problem;

			if (!strcmp(json_string_value(json_object_get(record, "status")), "ok"))
				continue;
			problem = find_problem(problems, panel, record);
			add_vcpus(json_object_get(problem, "vcpus"),
				  json_integer_value(json_object_get(record, "vcpus")));
		}
	}
	return problems;
}

const char *problem_points(const json_t *problem, char *buf, size_t size)
{
	const json_t *value;
	size_t i;
	int n = snprintf(buf, size, "vCPUs ");

	json_array_foreach (json_object_get(problem, "vcpus"), i, value)
		if ((size_t)n < size)
			n += snprintf(buf + n, size - n, "%s%lld", i ? "," : "",
				      (long long)json_integer_value(value));
	return buf;
}
