// SPDX-License-Identifier: GPL-2.0-only
#include "known_answers.h"
#include "../base/json.h"

#include <stdlib.h>

#define CPUS_ENOUGH 16 /* more make it slower, and show nothing else */

/* Points that stand for the kinds of simulated CPUs; each has the most CPUs of its kind. */
struct kinds {
	struct point *points;
	size_t count;
};

static void add_kind(struct kinds *kinds, const struct point *p)
{
	unsigned int cpus = p->cpus < CPUS_ENOUGH ? p->cpus : CPUS_ENOUGH;
	struct point *kind = kinds->points;

	while (kind < kinds->points + kinds->count &&
	       (kind->arch != p->arch || kind->quantum != p->quantum ||
		kind->coherence_ns != p->coherence_ns || kind->speed != p->speed))
		kind++;
	if (kind == kinds->points + kinds->count) {
		kinds->points =
			xreallocarray(kinds->points, kinds->count + 1, sizeof(*kinds->points));
		kind = &kinds->points[kinds->count++];
		point_defaults(kind);
		kind->tier = TIER_SIMULATED;
		kind->arch = p->arch;
		kind->pages = PAGES_IN_VMS; /* the VM's memory is that of a point */
		kind->quantum = p->quantum;
		kind->coherence_ns = p->coherence_ns;
		kind->speed = p->speed;
	}
	if (cpus > kind->cpus)
		kind->cpus = kind->vcpus = cpus;
}

static double number(const json_t *test, const char *name)
{
	return json_number_value(json_object_get(test, name));
}

/* Shows all tests on stderr. Returns 0, or -1 after error() about the first wrong one. */
static int look_at(const json_t *answers, const struct point *kind)
{
	const char *reason = json_member(answers, "reason");
	const json_t *test, *wrong = NULL;
	size_t i;

	if (reason)
		return error("known answers on %u simulated CPUs: %s", kind->cpus, reason);
	fprintf(stderr, "known answers, %s cpus=%u quantum=%u coherence=%u speed=%u, ns:",
		arch_names[kind->arch], kind->cpus, kind->quantum, kind->coherence_ns, kind->speed);
	json_array_foreach (json_object_get(answers, "tests"), i, test) {
		fprintf(stderr, "%s %s %.1f (%.1f to %.1f)", i ? "," : "",
			json_member(test, "name"), number(test, "measured_ns"),
			number(test, "low_ns"), number(test, "high_ns"));
		if (!wrong && !json_is_true(json_object_get(test, "ok")))
			wrong = test;
	}
	fputc('\n', stderr);
	if (wrong)
		return error("the simulated CPUs are wrong about %s: %.1f ns an operation, not "
			     "%.1f to %.1f (%s cpus=%u quantum=%u coherence=%u); nothing was "
			     "measured on them",
			     json_member(wrong, "name"), number(wrong, "measured_ns"),
			     number(wrong, "low_ns"), number(wrong, "high_ns"),
			     arch_names[kind->arch], kind->cpus, kind->quantum, kind->coherence_ns);
	if (json_is_true(json_object_get(answers, "ok")))
		return 0;
	return error("known answers on %u simulated CPUs: none came", kind->cpus);
}

static int check_kind(const struct schedule *s, const struct point *kind, json_t *all)
{
	char *stem = xasprintf("known-answers-%zu", json_array_size(all) + 1);
	struct job job = {
		.setup = s->setup,
		.host = &host_answers,
		.point = kind,
		.log_dir = s->store->logs,
		.stem = stem,
		.timeout_s = s->timeout_s,
	};
	json_t *answers;
	int failed = execution_run(&job, &answers, NULL);

	free(stem);
	if (failed)
		return failed;
	failed = look_at(answers, kind);
	json_object_set_new(answers, "arch", json_string(arch_names[kind->arch]));
	if (json_array_size(json_object_get(answers, "tests")))
		json_array_append(all, answers);
	json_decref(answers);
	return failed;
}

int known_answers_check(const struct schedule *s, json_t **answers)
{
	struct kinds kinds = { 0 };
	int failed = 0;

	*answers = json_array();
	for (size_t i = 0; i < s->plan->count; i++)
		if (s->plan->points[i].point.cpus > 1)
			add_kind(&kinds, &s->plan->points[i].point);
	for (size_t i = 0; i < kinds.count && !failed; i++)
		failed = check_kind(s, &kinds.points[i], *answers);
	free(kinds.points);
	return failed;
}
