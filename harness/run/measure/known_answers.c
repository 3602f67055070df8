// SPDX-License-Identifier: GPL-2.0-only
#include "known_answers.h"

#include <stdlib.h>

#include "../plan/cost.h"
#include "execution.h"
#include "../host/host.h"

#define CPUS_ENOUGH 16 /* more make it slower, and show nothing else */

/* What makes simulated CPUs differ in their answers. */
struct kind {
	enum arch arch;
	unsigned int cpus; /* the most that the plan has of it, up to CPUS_ENOUGH */
	unsigned int quantum, coherence_ns, speed;
};

static void add_kind(struct kind **kinds, size_t *count, const struct point *p)
{
	struct kind *kind = *kinds;

	while (kind < *kinds + *count &&
	       (kind->arch != p->arch || kind->quantum != p->quantum ||
		kind->coherence_ns != p->coherence_ns || kind->speed != p->speed))
		kind++;
	if (kind == *kinds + *count) {
		*kinds = xreallocarray(*kinds, *count + 1, sizeof(**kinds));
		kind = *kinds + (*count)++;
		*kind = (struct kind){ p->arch, 0, p->quantum, p->coherence_ns, p->speed };
	}
	if (p->cpus > kind->cpus)
		kind->cpus = p->cpus < CPUS_ENOUGH ? p->cpus : CPUS_ENOUGH;
}

static double number(const json_t *test, const char *name)
{
	return json_number_value(json_object_get(test, name));
}

/* Shows each test; the first wrong one becomes the message. */
static int look_at(const json_t *answers, const struct kind *kind)
{
	const char *reason = json_string_value(json_object_get(answers, "reason"));
	const json_t *test;
	bool wrong = false;
	size_t i;

	if (reason) {
		error("known answers on %u simulated CPUs: %s", kind->cpus, reason);
		return EXIT_USAGE;
	}
	fprintf(stderr, "known answers, %s cpus=%u quantum=%u coherence=%u speed=%u, ns:",
		arch_names[kind->arch], kind->cpus, kind->quantum, kind->coherence_ns, kind->speed);
	json_array_foreach (json_object_get(answers, "tests"), i, test) {
		const char *name = json_string_value(json_object_get(test, "name"));

		fprintf(stderr, "%s %s %.1f (%.1f to %.1f)", i ? "," : "", name,
			number(test, "measured_ns"), number(test, "low_ns"),
			number(test, "high_ns"));
		if (wrong || json_is_true(json_object_get(test, "ok")))
			continue;
		wrong = true;
		error("the simulated CPUs are wrong about %s: %.1f ns an operation, not %.1f to %.1f "
		      "(%s cpus=%u quantum=%u coherence=%u); nothing was measured on them",
		      name, number(test, "measured_ns"), number(test, "low_ns"),
		      number(test, "high_ns"), arch_names[kind->arch], kind->cpus, kind->quantum,
		      kind->coherence_ns);
	}
	fputc('\n', stderr);
	if (wrong)
		return EXIT_USAGE;
	if (json_is_true(json_object_get(answers, "ok")))
		return EXIT_FINE;
	error("known answers on %u simulated CPUs: none came", kind->cpus);
	return EXIT_USAGE;
}

static int check_kind(const struct setup *setup, const struct kind *kind, const char *log_dir,
		      double timeout_s, json_t *all)
{
	json_t *answers, *wall = NULL;
	bool interrupted;
	struct point p;
	char stem[64];
	int code;

	point_defaults(&p);
	p.tier = TIER_SIMULATED;
	p.arch = kind->arch;
	p.cpus = p.vcpus = kind->cpus;
	p.quantum = kind->quantum;
	p.coherence_ns = kind->coherence_ns;
	p.speed = kind->speed;
	snprintf(stem, sizeof(stem), "known-answers-%zu", json_array_size(all) + 1);
	answers = execution_run(setup, &host_answers, &p, log_dir, stem, false,
				cost_timeout_s(&p, timeout_s), &interrupted, &wall);
	if (!answers)
		return interrupted ? EXIT_INTERRUPTED : EXIT_USAGE;
	json_decref(wall);
	code = look_at(answers, kind);
	json_object_set_new(answers, "arch", json_string(arch_names[kind->arch]));
	if (json_array_size(json_object_get(answers, "tests")))
		json_array_append(all, answers);
	json_decref(answers);
	return code;
}

int known_answers_check(const struct setup *setup, const struct plan *plan, const char *log_dir,
			double timeout_s, json_t **answers)
{
	struct kind *kinds = NULL;
	size_t count = 0;
	int code = EXIT_FINE;

	*answers = json_array();
	for (size_t i = 0; i < plan->count; i++)
		if (plan->points[i].point.cpus > 1)
			add_kind(&kinds, &count, &plan->points[i].point);
	for (size_t i = 0; i < count && !code; i++)
		code = check_kind(setup, &kinds[i], log_dir, timeout_s, *answers);
	free(kinds);
	return code;
}
