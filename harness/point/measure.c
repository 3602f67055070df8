// SPDX-License-Identifier: GPL-2.0-only
#include "measure.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "../mode.h"
#include "arch.h"
#include "check.h"
#include "emit.h"
#include "fail.h"
#include "measurement.h"
#include "vcpus.h"

/* workloads/image.S */
extern const uint8_t guest_image[], guest_image_end[];

#define GIC_ALIGN 65536ull

/* A vCPU takes 2 descriptors, a userfaultfd or a handler thread one. */
static void raise_descriptor_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

static uint64_t page_align(uint64_t bytes)
{
	return (bytes + PAGE_BYTES - 1) & ~(uint64_t)(PAGE_BYTES - 1);
}

/* The VM, without tested memory and vCPUs, if the kernel has the mode. */
static void create_vm(struct measurement *m)
{
	const struct point *point = m->point;
	const uint64_t bytes = m->pages_total * PAGE_BYTES;
	const uint64_t records_bytes = page_align(m->pages_total * sizeof(struct page_record));
	const char *reason;

	vm_create(&m->vm, point->vcpus, guest_image, guest_image_end - guest_image, bytes,
		  records_bytes + task_memory_bytes(m) * point->vcpus);
	m->task_memory_gpa = m->vm.extra_gpa + records_bytes;
	if (point->gic != GIC_NONE)
		arch_gic_create(&m->vm, (VM_TEST_GPA + bytes + GIC_ALIGN - 1) & ~(GIC_ALIGN - 1));
	reason = m->mode->probe ? m->mode->probe(&m->vm) : NULL;
	if (reason)
		skip("mode %s: %s", mode_names[point->mode], reason);
	m->records = vm_system_hva(&m->vm, m->vm.extra_gpa);
}

/* The tested memory, and where its pages come from. */
static void create_memory(struct measurement *m)
{
	const struct point *point = m->point;

	m->blocks = calloc(point->vcpus, sizeof(*m->blocks));
	m->page_states = calloc(m->pages_total, sizeof(*m->page_states));
	if (!m->blocks || !m->page_states)
		fail("no memory for the states of %llu pages", (unsigned long long)m->pages_total);
	numa_plan_here(&m->numa, point);
	memory_create(&m->memory, point->backing, point->fault, m->pages_total * PAGE_BYTES,
		      &m->numa);
	if (!mode_is_passive(m->mode)) {
		memory_add_source(&m->memory, point->seed, &m->numa);
		fetch_init(&m->fetch, &point->fetch, point->wait, m->clock_hz, point->speed);
	}
}

/* The tested memory's slot, as the mode wants it. */
static void create_slot(struct measurement *m)
{
	int r;

	m->slot = (struct abi_memory_region2){
		.slot = VM_TEST_SLOT,
		.guest_phys_addr = VM_TEST_GPA,
		.memory_size = m->memory.bytes,
		.userspace_addr = (uintptr_t)m->memory.hva,
	};
	if (m->mode->start)
		m->mode->start(m);
	r = vm_set_slot(&m->vm, &m->slot);
	if (r)
		fail("memslot with %zu MiB of tested memory, flags %#x: %s", m->memory.bytes >> 20,
		     m->slot.flags, strerror(-r));
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
	double rate; /* pages per second */
	char *figures, *brief;
};

struct rounds {
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

static void measure_round(const struct point *point, const struct mode *mode, struct rounds *rounds)
{
	struct measurement m = {
		.point = point,
		.mode = mode,
		.draw = rounds->count,
		.pages_total = point_pages_total(point),
	};
	struct round *round;
	FILE *out;

	rounds->v = reallocarray(rounds->v, rounds->count + 1, sizeof(*rounds->v));
	if (!rounds->v)
		no_memory();
	round = &rounds->v[rounds->count++];
	*round = (struct round){ 0 };
	create_vm(&m);
	m.clock_hz = arch_ticks_hz(tier_kinds[point->tier].is_simulated);
	m.ticks_hz = m.clock_hz * point->speed;
	create_memory(&m);
	create_slot(&m);
	kernel_state_read(&m.before);
	vcpus_run(&m);
	kernel_state_read(&m.after);
	if (mode->stop)
		mode->stop(&m);
	check_measurement(&m);
	out = open_text(&round->figures);
	emit_figures(out, &m);
	fclose(out);
	if (has_several(point)) {
		out = open_text(&round->brief);
		emit_brief(out, &m, &round->rate);
		fclose(out);
	}
	destroy(&m);
}

static int by_rate(const void *a, const void *b)
{
	const struct round *const *x = a, *const *y = b;

	return ((*x)->rate > (*y)->rate) - ((*x)->rate < (*y)->rate);
}

/* The one whose rate is in the middle, the lower of two: a record's own figures go together. */
static const struct round *middle(const struct rounds *rounds)
{
	const struct round **sorted = calloc(rounds->count, sizeof(*sorted)), *found;

	if (!sorted)
		no_memory();
	for (unsigned int i = 0; i < rounds->count; i++)
		sorted[i] = &rounds->v[i];
	qsort(sorted, rounds->count, sizeof(*sorted), by_rate);
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
	const double pages = (double)point_pages_total(point);
	struct amount amount = {
		.pages_each = point_pages_total(point) * counted->count / point->vcpus,
	};

	for (unsigned int i = 0; i < counted->count; i++)
		amount.span_s += pages / counted->v[i].rate;
	amount.is_enough = amount.span_s >= point->seconds &&
			   amount.pages_each >= ROUNDS_PAGES_EACH;
	return amount;
}

/* Those after the first one; of a point so slow that there is no other, that one. */
static struct rounds counted(const struct point *point, const struct rounds *rounds)
{
	const unsigned int first = point->seconds && rounds->count > 1;

	return (struct rounds){ rounds->v + first, rounds->count - first };
}

static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
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
	if (count->count < rounds->count)
		fprintf(out, "%.1f}", rounds->v[0].rate);
	else
		fputs("null}", out);
}

void measure_point(const struct point *point, const struct mode *mode, FILE *out)
{
	const double begin_s = now_s();
	struct rounds rounds = { 0 }, count;

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
