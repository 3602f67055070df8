// SPDX-License-Identifier: GPL-2.0-only
#include "emit.h"

#include <stdlib.h>

#include "../tier.h"
#include "../time_units.h"
#include "fail.h"
#include "interval.h"
#include "quote.h"
#include "settings.h"
#include "stats.h"
#include "straggler.h"

/* Fetches whose median is later than this are marked: waiting never ends early. */
#define FETCH_TOLERANCE_NS 2000

/* vCPUs that started further apart than this part of the span are marked. */
#define START_TOLERANCE_PERCENT 5

/* So are points whose process could not run for this part of the span. */
#define HELD_UP_TOLERANCE_PERCENT 1

/*
 * And those whose guest takes longer to look through a page than any CPU does that runs its
 * instructions itself: some thousand instructions, 1 us or less. Where KVM emulates them one by
 * one, it is 1 us each.
 */
#define CHECK_PAGE_TOLERANCE_NS 100000

/* A p99.9 is told of as many faults at least: fewer than ten beyond it are no tail. */
#define P999_FAULTS 10000

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
			quote_json(out, value);
	}
	fprintf(out, ",\"status\":\"%s\",\"reason\":", status);
	if (reason)
		quote_json(out, reason);
	else
		fputs("null", out);
}

void emit_reason(FILE *out, const struct point *point, const char *status, const char *reason)
{
	write_head(out, point, status, reason);
	fputs("}\n", out);
}

static void measure_interval(const struct measurement *m, enum phase interval, uint64_t *ns)
{
	for (uint64_t i = 0; i < grains_total(m); i++)
		ns[i] = interval_ns(m, interval, i * m->grain_pages);
	stats_sort(ns, grains_total(m));
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
	fputc(']', out);
}

static void write_latency(FILE *out, const char *name, const uint64_t *sorted, uint64_t count,
			  bool has_histogram)
{
	struct stats s;

	stats_summarize(&s, sorted, count);
	fprintf(out, "\"%s\":{\"min\":%llu,\"p50\":%llu,\"p90\":%llu,\"p99\":%llu", name,
		(unsigned long long)s.min, (unsigned long long)s.p50, (unsigned long long)s.p90,
		(unsigned long long)s.p99);
	if (count < P999_FAULTS)
		fputs(",\"p999\":null", out);
	else
		fprintf(out, ",\"p999\":%llu", (unsigned long long)s.p999);
	fprintf(out, ",\"max\":%llu,\"mean\":%.1f", (unsigned long long)s.max, s.mean);
	if (has_histogram)
		write_histogram(out, sorted, count);
	fputc('}', out);
}

/* Pages that a vCPU has recorded: its own, or of shared ones those that it came to first. */
static uint64_t pages_recorded(const struct measurement *m, const struct guest_vcpu *block)
{
	uint64_t pages = 0;

	if (!block->is_shared)
		return block->pages;
	for (uint64_t page = 0; page < m->pages_total; page++)
		pages += m->records[page].claimed == block->index + 1;
	return pages;
}

/* What a machine may do to a process that measures on it. */
static void write_spoilers(FILE *out, const struct measurement *m, uint64_t span_ns)
{
	fprintf(out, ",\"held_up_ns\":%llu,\"held_up\":%s", (unsigned long long)m->held_up_ns,
		m->held_up_ns * 100 > span_ns * HELD_UP_TOLERANCE_PERCENT ? "true" : "false");
	fprintf(out, ",\"check_page_cpu_ns\":%llu,\"guest_emulated\":%s",
		(unsigned long long)m->check_page_cpu_ns,
		m->check_page_cpu_ns > CHECK_PAGE_TOLERANCE_NS ? "true" : "false");
}

/* Returns pages per second over the span. */
static double write_rates(FILE *out, const struct measurement *m)
{
	uint64_t start = UINT64_MAX, last_start = 0, end = 0, skew;
	double sum = 0, rate;

	for (unsigned int i = 0; i < m->point->vcpus; i++) {
		uint64_t ns =
			ns_of_ticks(m->blocks[i].end_ticks - m->blocks[i].start_ticks, m->ticks_hz);

		if (m->blocks[i].start_ticks < start)
			start = m->blocks[i].start_ticks;
		if (m->blocks[i].start_ticks > last_start)
			last_start = m->blocks[i].start_ticks;
		if (m->blocks[i].end_ticks > end)
			end = m->blocks[i].end_ticks;
		if (ns)
			sum += (double)pages_recorded(m, &m->blocks[i]) * 1e9 / (double)ns;
	}
	end = ns_of_ticks(end - start, m->ticks_hz);
	skew = ns_of_ticks(last_start - start, m->ticks_hz);
	rate = (double)m->pages_total * 1e9 / (double)end;
	fprintf(out, ",\"rate_span\":%.1f,\"rate_sum\":%.1f,\"span_ns\":%llu", rate, sum,
		(unsigned long long)end);
	fprintf(out, ",\"start_skew_ns\":%llu,\"start_skewed\":%s", (unsigned long long)skew,
		skew * 100 > end * START_TOLERANCE_PERCENT ? "true" : "false");
	if (point_is_native(m->point))
		write_spoilers(out, m, end);
	return rate;
}

static void write_straggler(FILE *out, const struct measurement *m)
{
	struct straggler straggler;

	if (!straggler_find(m, &straggler)) {
		fputs(",\"straggler\":null", out);
		return;
	}
	fprintf(out,
		",\"straggler\":{\"vcpu\":%u,\"interval\":\"%s\",\"mean_ns\":%.1f,\"median_ns\":%.1f}",
		straggler.vcpu, interval_names[straggler.interval], straggler.mean_ns,
		straggler.median_ns);
}

/* Of handlers and vCPUs, and of the former alone if there are any; see struct measurement. */
static void write_cpu_time(FILE *out, const struct measurement *m)
{
	double pages = (double)m->pages_total * m->point->speed;

	if (m->cpu_ns <= 0)
		return;
	fprintf(out, ",\"cpu_ns_per_page\":%.1f", (double)m->cpu_ns / pages);
	if (m->mode->cpu_ns)
		fprintf(out, ",\"handler_cpu_ns_per_page\":%.1f",
			(double)m->handler_cpu_ns / pages);
}

/* Over all fetches, how much later than it should be a fetch was complete: the median. */
static uint64_t fetch_late_ns(const struct measurement *m, uint64_t *ns)
{
	for (uint64_t i = 0; i < grains_total(m); i++) {
		const struct page_record *record = &m->records[i * m->grain_pages];

		ns[i] = ns_of_ticks(record->t2 - record->due, m->ticks_hz);
	}
	stats_sort(ns, grains_total(m));
	return stats_percentile(ns, grains_total(m), 500);
}

static void write_fetch(FILE *out, const struct measurement *m, uint64_t *ns)
{
	if (mode_is_passive(m->mode)) {
		fputs(",\"fetch_achieved_p50_ns\":null,\"fetch_off\":false", out);
		return;
	}
	measure_interval(m, PHASE_FETCH, ns);
	fprintf(out, ",\"fetch_achieved_p50_ns\":%llu",
		(unsigned long long)stats_percentile(ns, grains_total(m), 500));
	fprintf(out, ",\"fetch_off\":%s",
		fetch_late_ns(m, ns) > FETCH_TOLERANCE_NS ? "true" : "false");
}

double emit_fault_times(FILE *out, const struct measurement *m, bool is_brief)
{
	uint64_t *ns = calloc(grains_total(m), sizeof(*ns));
	double rate;

	if (!ns)
		fail("no memory for the latencies of %llu pages",
		     (unsigned long long)m->pages_total);
	rate = write_rates(out, m);
	write_straggler(out, m);
	write_cpu_time(out, m);
	write_fetch(out, m, ns);
	fputs(",\"latency_ns\":{", out);
	for (size_t i = 0; i < interval_count(m); i++) {
		measure_interval(m, i, ns);
		if (i)
			fputc(',', out);
		write_latency(out, interval_names[i], ns, grains_total(m), !is_brief);
	}
	fputc('}', out);
	free(ns);
	return rate;
}

static void write_huge_mappings(FILE *out, const struct measurement *m)
{
	const struct huge_mappings *huge = &m->huge_mappings;

	fprintf(out, ",\"remaps\":%llu", (unsigned long long)m->remaps);
	fprintf(out, ",\"huge_kib\":%llu", (unsigned long long)huge->process_kib);
	if (huge->kvm_kib < 0)
		fputs(",\"kvm_huge_kib\":null", out);
	else
		fprintf(out, ",\"kvm_huge_kib\":%lld", (long long)huge->kvm_kib);
}

void emit_fault_counts(FILE *out, const struct measurement *m)
{
	static const char *const members[] = {
#define WAY(symbol, member, words) [WAY_##symbol] = member,
		WAYS
#undef WAY
	};

	/* check_measurement() has refused anything but all pages. */
	fprintf(out, ",\"pages_total\":%llu,\"pages_verified\":%llu,\"fetches\":%llu",
		(unsigned long long)m->pages_total, (unsigned long long)m->pages_total,
		(unsigned long long)m->fetches);
	for (enum way way = WAY_NONE + 1; way < WAY_COUNT; way++)
		fprintf(out, ",\"%s\":%llu", members[way], (unsigned long long)m->told[way]);
	fprintf(out, ",\"populates\":%llu", (unsigned long long)m->populates);
	if (point_has_huge_pages(m->point))
		write_huge_mappings(out, m);
	if (m->mode->defer)
		fprintf(out, ",\"async_exits\":%llu,\"sync_exits\":%llu,\"spurious_exits\":%llu",
			(unsigned long long)m->async_exits,
			(unsigned long long)(m->told[WAY_EXIT] - m->async_exits),
			(unsigned long long)m->spurious_exits);
}

void emit_head(FILE *out, const struct point *point)
{
	write_head(out, point, "ok", NULL);
}

void emit_figures(FILE *out, const struct measurement *m)
{
	m->bench->write_counts(out, m);
	if (m->uffd_way)
		fprintf(out, ",\"userfaultfd\":\"%s\"", m->uffd_way);
	numa_write(out, &m->numa);
	settings_write(out);
	kernel_state_write(out, &m->before, &m->after);
	/* Emulated CPUs take turns on real ones: their times mean nothing. */
	if (tier_kinds[m->point->tier].is_timed)
		m->bench->write_times(out, m, false);
}

double emit_brief(FILE *out, const struct measurement *m)
{
	double order;

	fprintf(out, "{\"%s\":%u", point_is_native(m->point) ? "round" : "draw", m->draw);
	order = m->bench->write_times(out, m, true);
	fputc('}', out);
	return order;
}
