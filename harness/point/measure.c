// SPDX-License-Identifier: GPL-2.0-only
#include "measure.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "arch.h"
#include "emit.h"
#include "fail.h"
#include "measurement.h"

/* A vCPU takes 2 descriptors, a userfaultfd or a handler thread one. */
static void raise_descriptor_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

static void destroy(struct measurement *m)
{
	vm_destroy(&m->vm);
	memory_destroy(&m->memory);
	kernel_state_free(&m->before);
	kernel_state_free(&m->after);
	numa_free(&m->numa);
	free(m->page_states);
	free(m->blocks);
	free(m->findings);
}

/*
 * Natively a sample is measured in rounds, each with a VM and memory of its own: one that is thrown
 * away, for caches, page lists and the CPUs' clocks to be as they stay, then as many as it takes.
 * Where that takes too long it ends early, with time left for a last round within the limit of
 * plan/cost.c.
 */
#define ROUNDS_WALL_S 100

/* What one measurement leaves: a draw of a simulated point, a round of a native one. */
struct round {
	double order; /* the figure by which it is ordered, of most benchmarks pages per second */
	double span_s; /* that was measured, and where that is no rate of all pages, that it took */
	char *figures, *brief;
};

struct rounds {
	const struct bench *bench;
	struct round *v;
	unsigned int count;
};

static void *no_memory(void)
{
	fail("no memory for the figures of a round");
}

static FILE *open_text(char **text)
{
	static size_t size;
	FILE *out = open_memstream(text, &size);

	return out ? out : no_memory();
}

static bool has_several(const struct point *point)
{
	return point->draws > 1 || point->seconds;
}

static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void measure_round(const struct point *point, const struct mode *mode, struct rounds *rounds)
{
	const struct bench *bench = rounds->bench;
	const double begin_s = now_s();
	struct measurement m = {
		.point = point,
		.bench = bench,
		.mode = mode,
		.draw = rounds->count,
		.pages_total = point_slot_pages(point),
		.grain_pages = point_grain_pages(point),
	};
	struct round *round;
	FILE *out;

	rounds->v = reallocarray(rounds->v, rounds->count + 1, sizeof(*rounds->v));
	if (!rounds->v)
		no_memory();
	round = &rounds->v[rounds->count++];
	*round = (struct round){ 0 };
	bench->create(&m);
	kernel_state_read(&m.before);
	bench->run(&m);
	kernel_state_read(&m.after);
	if (mode->stop)
		mode->stop(&m);
	bench->check(&m);
	out = open_text(&round->figures);
	emit_figures(out, &m);
	fclose(out);
	if (has_several(point)) {
		out = open_text(&round->brief);
		round->order = emit_brief(out, &m);
		fclose(out);
	}
	destroy(&m);
	round->span_s = bench->is_rate ? (double)point_pages_total(point) / round->order :
					 now_s() - begin_s;
}

static int by_order(const void *a, const void *b)
{
	const struct round *const *x = a, *const *y = b;

	return ((*x)->order > (*y)->order) - ((*x)->order < (*y)->order);
}

/* The one whose figure is in the middle, the lower of two: a record's own figures go together. */
static const struct round *middle(const struct rounds *rounds)
{
	const struct round **sorted = calloc(rounds->count, sizeof(*sorted)), *found;

	if (!sorted)
		no_memory();
	for (unsigned int i = 0; i < rounds->count; i++)
		sorted[i] = &rounds->v[i];
	qsort(sorted, rounds->count, sizeof(*sorted), by_order);
	found = sorted[(rounds->count - 1) / 2];
	free(sorted);
	return found;
}

/* How much of a point's rounds counts. */
struct amount {
	double span_s;
	uint64_t pages_each;
	bool is_enough;
};

static struct amount amount_of(const struct point *point, const struct rounds *counted)
{
	struct amount amount = {
		.pages_each = point_pages_total(point) * counted->count / point->vcpus,
	};

	for (unsigned int i = 0; i < counted->count; i++)
		amount.span_s += counted->v[i].span_s;
	amount.is_enough = amount.span_s >= point->seconds &&
			   (amount.pages_each >= ROUNDS_PAGES_EACH || !counted->bench->is_rate);
	return amount;
}

/* Those after the first one; of a point so slow that there is no other, that one. */
static struct rounds counted(const struct point *point, const struct rounds *rounds)
{
	const unsigned int first = point->seconds && rounds->count > 1;

	return (struct rounds){ rounds->bench, rounds->v + first, rounds->count - first };
}

static bool needs_another(const struct point *point, const struct rounds *rounds, double begin_s)
{
	struct rounds count = counted(point, rounds);

	if (!point->seconds)
		return rounds->count < point->draws;
	if (now_s() - begin_s > ROUNDS_WALL_S + 2.0 * point->seconds)
		return false;
	return rounds->count < 2 || !amount_of(point, &count).is_enough;
}

static void write_each(FILE *out, const char *name, const struct rounds *rounds)
{
	fprintf(out, ",\"%s\":[", name);
	for (unsigned int i = 0; i < rounds->count; i++)
		fprintf(out, "%s%s", i ? "," : "", rounds->v[i].brief);
	fputc(']', out);
}

/* What counts, and the rate of what was thrown away: how much caches and the like are worth. */
static void write_amount(FILE *out, const struct point *point, const struct rounds *rounds,
			 const struct rounds *count)
{
	struct amount amount = amount_of(point, count);

	fprintf(out, ",\"rounds\":{\"counted\":%u,\"span_ns\":%.0f,\"pages_per_vcpu\":%llu",
		count->count, amount.span_s * 1e9, (unsigned long long)amount.pages_each);
	fprintf(out,
		",\"is_enough\":%s,\"warm_up_rate_span\":", amount.is_enough ? "true" : "false");
	if (count->count < rounds->count && rounds->bench->is_rate)
		fprintf(out, "%.1f}", rounds->v[0].order);
	else
		fputs("null}", out);
}

void measure_point(const struct point *point, const struct bench *bench, const struct mode *mode,
		   FILE *out)
{
	const double begin_s = now_s();
	struct rounds rounds = { .bench = bench }, count;

	if (point->arch != arch_of_machine())
		skip("arch=%s was asked for, and this machine is none", arch_names[point->arch]);
	raise_descriptor_limit();
	do {
		measure_round(point, mode, &rounds);
	} while (needs_another(point, &rounds, begin_s));
	count = counted(point, &rounds);
	emit_head(out, point);
	fputs(middle(&count)->figures, out);
	if (point->seconds)
		write_amount(out, point, &rounds, &count);
	if (has_several(point))
		write_each(out, point->seconds ? "each_round" : "each_draw", &count);
	fputs("}\n", out);
	for (unsigned int i = 0; i < rounds.count; i++) {
		free(rounds.v[i].figures);
		free(rounds.v[i].brief);
	}
	free(rounds.v);
}
