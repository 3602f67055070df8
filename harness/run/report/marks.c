// SPDX-License-Identifier: GPL-2.0-only
#include "marks.h"

#include <stdbool.h>

#include "../base/json.h"

static bool is_true(const json_t *object, const char *name)
{
	return json_is_true(json_object_get(object, name));
}

static const json_t *cpu_lost(const json_t *record)
{
	return json_object_get(json_object_get(record, "wall"), "cpu_lost");
}

static bool fetch_is_off(const json_t *record)
{
	return is_true(record, "fetch_off");
}

static void describe_fetch(FILE *out, const json_t *record)
{
	fprintf(out, "  the fetch took %lld ns (median), more than 2 us off what was asked for\n",
		json_number_of(record, "fetch_achieved_p50_ns"));
}

static bool starts_are_apart(const json_t *record)
{
	return is_true(record, "start_skewed");
}

static void describe_starts(FILE *out, const json_t *record)
{
	fprintf(out, "  the vCPUs started %lld ns apart, over 5 %% of the span\n",
		json_number_of(record, "start_skew_ns"));
}

static bool was_stopped(const json_t *record)
{
	return is_true(cpu_lost(record), "is_much") || is_true(record, "held_up");
}

static void describe_stops(FILE *out, const json_t *record)
{
	const json_t *lost = cpu_lost(record);

	if (is_true(lost, "is_much"))
		fprintf(out,
			"  CPU time was kept from it meanwhile: a quota throttled it %lld times, "
			"%.3f ms; a hypervisor took %.3f ms; others ran on its CPUs for %.3f ms\n",
			json_number_of(lost, "throttles"),
			(double)json_number_of(lost, "throttled_ns") / 1e6,
			(double)json_number_of(lost, "stolen_ns") / 1e6,
			(double)json_number_of(lost, "taken_ns") / 1e6);
	if (is_true(record, "held_up"))
		fprintf(out,
			"  for %.3f ms of its span of %.3f ms nothing of it ran: it was stopped, "
			"frozen or without a CPU\n",
			(double)json_number_of(record, "held_up_ns") / 1e6,
			(double)json_number_of(record, "span_ns") / 1e6);
}

static bool guest_is_emulated(const json_t *record)
{
	return is_true(record, "guest_emulated");
}

static void describe_guest(FILE *out, const json_t *record)
{
	fprintf(out,
		"  the guest takes %.0f us to look through a page: KVM emulates its instructions\n",
		(double)json_number_of(record, "check_page_cpu_ns") / 1e3);
}

static bool has_straggler(const json_t *record)
{
	return json_is_object(json_object_get(record, "straggler"));
}

static void describe_straggler(FILE *out, const json_t *record)
{
	const json_t *straggler = json_object_get(record, "straggler");

	fprintf(out,
		"  vCPU %lld is another case than the rest: %s %.0f ns in the mean, not %.0f\n",
		json_number_of(straggler, "vcpu"), json_member(straggler, "interval"),
		json_number_value(json_object_get(straggler, "mean_ns")),
		json_number_value(json_object_get(straggler, "median_ns")));
}

static const struct mark {
	char sign;
	const char *about;
	bool (*is_on)(const json_t *record);
	void (*describe)(FILE *out, const json_t *record);
} marks[] = {
	{ '*', "the median fetch took over 2 us more or less than asked for", fetch_is_off,
	  describe_fetch },
	{ '!', "the vCPUs started over 5 % of the span apart", starts_are_apart, describe_starts },
	{ '~',
	  "stopped meanwhile: by a CPU quota, a hypervisor, a signal, for want of a CPU, or others "
	  "ran on its CPUs",
	  was_stopped, describe_stops },
	{ '#',
	  "KVM emulates the guest's instructions one by one on this machine: no figure is a CPU's",
	  guest_is_emulated, describe_guest },
	{ '^', "one vCPU, or a few, had faults over twice as long or short as the others",
	  has_straggler, describe_straggler },
};

#define MARKS (sizeof(marks) / sizeof(marks[0]))

unsigned int marks_of(const json_t *record)
{
	unsigned int on = 0;

	for (size_t i = 0; i < MARKS; i++)
		on |= (unsigned int)marks[i].is_on(record) << i;
	return on;
}

void marks_put(FILE *out, unsigned int on)
{
	char signs[MARKS + 1];
	size_t n = 0;

	for (size_t i = 0; i < MARKS; i++) {
		if (on & 1u << i)
			signs[n++] = marks[i].sign;
	}
	signs[n] = '\0';
	fprintf(out, "%-*s", MARKS_WIDTH, signs);
}

void marks_explain(FILE *out, unsigned int on)
{
	for (size_t i = 0; i < MARKS; i++) {
		if (on & 1u << i)
			fprintf(out, "%c %s\n", marks[i].sign, marks[i].about);
	}
}

void marks_describe(FILE *out, const json_t *record)
{
	for (size_t i = 0; i < MARKS; i++) {
		if (marks[i].is_on(record))
			marks[i].describe(out, record);
	}
}
