// SPDX-License-Identifier: GPL-2.0-only
#include "record.h"

#include <stdlib.h>

#include "../time_units.h"
#include "fail.h"
#include "settings.h"
#include "stats.h"

/* Fetches whose median is later than this are marked: waiting never ends early. */
#define FETCH_TOLERANCE_NS 2000

/* vCPUs that started further apart than this part of the span are marked. */
#define START_TOLERANCE_PERCENT 5

void record_write_string(FILE *out, const char *text)
{
	fputc('"', out);
	for (; *text; text++) {
		unsigned char c = *text;

		if (c == '"' || c == '\\')
			fprintf(out, "\\%c", c);
		else if (c < 0x20)
			fprintf(out, "\\u%04x", c);
		else
			fputc(c, out);
	}
	fputc('"', out);
}

static void write_head(FILE *out, const struct point *point, const char *status, const char *reason)
{
	char value[sizeof(point->vcpu_cpus)];

	fprintf(out, "{\"schema\":%d", RECORD_SCHEMA);
	for (size_t i = 0; i < point_keys_count; i++) {
		const struct key *key = &point_keys[i];

		point_get(point, key, value, sizeof(value));
		fprintf(out, ",\"%s\":", key->name);
		if (point_key_is_number(key))
			fputs(value, out);
		else
			record_write_string(out, value);
	}
	fprintf(out, ",\"status\":\"%s\",\"reason\":", status);
	if (reason)
		record_write_string(out, reason);
	else
		fputs("null", out);
}

void record_write_reason(FILE *out, const struct point *point, const char *status,
			 const char *reason)
{
	write_head(out, point, status, reason);
	fputs("}\n", out);
}

/* A phase lasts from one stamp of a page to another. */
struct phase {
	const char *name;
	size_t from, to; /* offsets in struct page_record */
};

#define STAMP(name) offsetof(struct page_record, name)

/* clang-format off */
static const struct phase phases[] = {
	{ "total", STAMP(t0), STAMP(t4) }, /* the only one when nobody is told of a fault */
	{ "delivery", STAMP(t0), STAMP(t1) },
	{ "fetch", STAMP(t1), STAMP(t2) },
	{ "resolve", STAMP(t2), STAMP(t3) },
	{ "resume", STAMP(t3), STAMP(t4) },
};
/* clang-format on */

#define PHASES (sizeof(phases) / sizeof(phases[0]))
#define PHASE_FETCH 2

static uint64_t stamp(const struct page_record *record, size_t offset)
{
	uint64_t t = *(const uint64_t *)((const char *)record + offset);

	/*
	 * With a wake-up inside the last system call the guest can be through
	 * before the handler has returned from it. Then the guest's word counts:
	 * the page was resolved when it was used, so that phases add up.
	 */
	return offset == STAMP(t3) && t > record->t4 ? record->t4 : t;
}

static void measure_phase(const struct run *run, const struct phase *phase, uint64_t *ns)
{
	for (uint64_t page = 0; page < run->pages_total; page++) {
		const struct page_record *record = &run->records[page];

		ns[page] = ns_of_ticks(stamp(record, phase->to) - stamp(record, phase->from),
				       run->ticks_hz);
	}
	stats_sort(ns, run->pages_total);
}

static void write_histogram(FILE *out, const uint64_t *sorted, uint64_t count)
{
	const char *separator = "";

	fputs(",\"histogram\":[", out);
	for (uint64_t i = 0; i < count;) {
		uint64_t upper = stats_bucket_upper(sorted[i]);
		uint64_t first = i;

		while (i < count && sorted[i] <= upper)
			i++;
		fprintf(out, "%s[%llu,%llu]", separator, (unsigned long long)upper,
			(unsigned long long)(i - first));
		separator = ",";
	}
	fputs("]}", out);
}

static void write_phase(FILE *out, const char *name, const uint64_t *sorted, uint64_t count)
{
	struct stats s;

	stats_summarize(&s, sorted, count);
	fprintf(out,
		"\"%s\":{\"min\":%llu,\"p50\":%llu,\"p90\":%llu,\"p99\":%llu,\"p999\":%llu,\"max\":%llu,\"mean\":%.1f",
		name, (unsigned long long)s.min, (unsigned long long)s.p50,
		(unsigned long long)s.p90, (unsigned long long)s.p99, (unsigned long long)s.p999,
		(unsigned long long)s.max, s.mean);
	write_histogram(out, sorted, count);
}

/* Pages that a vCPU has recorded: its own, or of shared ones those that it came to first. */
static uint64_t pages_recorded(const struct run *run, const struct guest_vcpu *block)
{
	uint64_t pages = 0;

	if (!block->is_shared)
		return block->pages;
	for (uint64_t page = 0; page < run->pages_total; page++)
		pages += run->records[page].claimed == block->index + 1;
	return pages;
}

static void write_rates(FILE *out, const struct run *run, const struct guest_vcpu *blocks)
{
	uint64_t start = UINT64_MAX, last_start = 0, end = 0, skew;
	double sum = 0;

	for (unsigned int i = 0; i < run->point->vcpus; i++) {
		uint64_t ns =
			ns_of_ticks(blocks[i].end_ticks - blocks[i].start_ticks, run->ticks_hz);

		if (blocks[i].start_ticks < start)
			start = blocks[i].start_ticks;
		if (blocks[i].start_ticks > last_start)
			last_start = blocks[i].start_ticks;
		if (blocks[i].end_ticks > end)
			end = blocks[i].end_ticks;
		if (ns)
			sum += (double)pages_recorded(run, &blocks[i]) * 1e9 / (double)ns;
	}
	end = ns_of_ticks(end - start, run->ticks_hz);
	skew = ns_of_ticks(last_start - start, run->ticks_hz);
	fprintf(out, ",\"rate_span\":%.1f,\"rate_sum\":%.1f,\"span_ns\":%llu",
		(double)run->pages_total * 1e9 / (double)end, sum, (unsigned long long)end);
	fprintf(out, ",\"start_skew_ns\":%llu,\"start_skewed\":%s", (unsigned long long)skew,
		skew * 100 > end * START_TOLERANCE_PERCENT ? "true" : "false");
}

/* Over all pages, how much later than it should be a fetch was complete: the median. */
static uint64_t fetch_late_ns(const struct run *run, uint64_t *ns)
{
	for (uint64_t page = 0; page < run->pages_total; page++)
		ns[page] =
			ns_of_ticks(run->records[page].t2 - run->records[page].due, run->ticks_hz);
	stats_sort(ns, run->pages_total);
	return stats_percentile(ns, run->pages_total, 500);
}

static void write_fetch(FILE *out, const struct run *run, uint64_t *ns)
{
	if (mode_is_passive(run->mode)) {
		fputs(",\"fetch_achieved_p50_ns\":null,\"fetch_off\":false", out);
		return;
	}
	measure_phase(run, &phases[PHASE_FETCH], ns);
	fprintf(out, ",\"fetch_achieved_p50_ns\":%llu",
		(unsigned long long)stats_percentile(ns, run->pages_total, 500));
	fprintf(out, ",\"fetch_off\":%s",
		fetch_late_ns(run, ns) > FETCH_TOLERANCE_NS ? "true" : "false");
}

static void write_times(FILE *out, const struct run *run, const struct guest_vcpu *blocks)
{
	uint64_t *ns = calloc(run->pages_total, sizeof(*ns));
	size_t count = mode_is_passive(run->mode) ? 1 : PHASES;

	if (!ns)
		fail("no memory for the latencies of %llu pages",
		     (unsigned long long)run->pages_total);
	write_rates(out, run, blocks);
	write_fetch(out, run, ns);
	fputs(",\"latency_ns\":{", out);
	for (size_t i = 0; i < count; i++) {
		measure_phase(run, &phases[i], ns);
		if (i)
			fputc(',', out);
		write_phase(out, phases[i].name, ns, run->pages_total);
	}
	fputc('}', out);
	free(ns);
}

static void write_counts(FILE *out, const struct run *run)
{
	static const char *const members[] = {
#define WAY(symbol, member, words) [WAY_##symbol] = member,
		WAYS
#undef WAY
	};

	/* run_check() has refused anything but all pages. */
	fprintf(out, ",\"pages_total\":%llu,\"pages_verified\":%llu,\"fetches\":%llu",
		(unsigned long long)run->pages_total, (unsigned long long)run->pages_total,
		(unsigned long long)run->fetches);
	for (enum way way = WAY_NONE + 1; way < WAY_COUNT; way++)
		fprintf(out, ",\"%s\":%llu", members[way], (unsigned long long)run->told[way]);
	fprintf(out, ",\"populates\":%llu", (unsigned long long)run->populates);
}

void record_write(FILE *out, const struct run *run, const struct guest_vcpu *blocks)
{
	write_head(out, run->point, "ok", NULL);
	write_counts(out, run);
	settings_write(out);
	/* Emulated CPUs take turns on real ones: their times mean nothing. */
	if (tier_kinds[run->point->tier].is_timed)
		write_times(out, run, blocks);
	fputs("}\n", out);
}
