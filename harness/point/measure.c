// SPDX-License-Identifier: GPL-2.0-only
#include "measure.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

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

/* The VM, without tested memory and vCPUs, if the kernel has the mode. */
static void create_vm(struct measurement *m)
{
	const struct point *point = m->point;
	uint64_t bytes = m->pages_total * PAGE_BYTES;
	const char *reason;

	vm_create(&m->vm, point->vcpus, guest_image, guest_image_end - guest_image, bytes,
		  m->pages_total * sizeof(struct page_record));
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

/* What a draw leaves. */
struct draw {
	double rate; /* pages per second */
	char *figures, *brief;
};

static void *no_memory(void)
{
	fail("no memory for the figures of a draw");
}

static FILE *open_text(char **text)
{
	static size_t size;
	FILE *out = open_memstream(text, &size);

	return out ? out : no_memory();
}

static void measure_draw(const struct point *point, const struct mode *mode, unsigned int number,
			 struct draw *draw)
{
	struct measurement m = {
		.point = point,
		.mode = mode,
		.draw = number,
		.pages_total = point_pages_total(point),
	};
	FILE *out;

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
	out = open_text(&draw->figures);
	emit_figures(out, &m);
	fclose(out);
	if (point->draws > 1) {
		out = open_text(&draw->brief);
		emit_draw(out, &m, &draw->rate);
		fclose(out);
	}
	destroy(&m);
}

static int by_rate(const void *a, const void *b)
{
	const struct draw *const *x = a, *const *y = b;

	return ((*x)->rate > (*y)->rate) - ((*x)->rate < (*y)->rate);
}

/* The one whose rate is in the middle, the lower of two: a record's own figures go together. */
static const struct draw *middle(struct draw *draws, unsigned int count)
{
	struct draw **sorted = calloc(count, sizeof(*sorted)), *found;

	if (!sorted)
		no_memory();
	for (unsigned int i = 0; i < count; i++)
		sorted[i] = &draws[i];
	qsort(sorted, count, sizeof(*sorted), by_rate);
	found = sorted[(count - 1) / 2];
	free(sorted);
	return found;
}

static void write_draws(FILE *out, const struct draw *draws, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		fprintf(out, "%s%s", i ? "," : ",\"each_draw\":[", draws[i].brief);
	fputc(']', out);
}

void measure_point(const struct point *point, const struct mode *mode, FILE *out)
{
	struct draw *draws = calloc(point->draws, sizeof(*draws));

	if (!draws)
		no_memory();
	if (point->arch != arch_of_machine())
		skip("arch=%s was asked for, and this machine is none", arch_names[point->arch]);
	raise_descriptor_limit();
	for (unsigned int i = 0; i < point->draws; i++)
		measure_draw(point, mode, i, &draws[i]);
	emit_head(out, point);
	fputs(middle(draws, point->draws)->figures, out);
	if (point->draws > 1)
		write_draws(out, draws, point->draws);
	fputs("}\n", out);
	for (unsigned int i = 0; i < point->draws; i++) {
		free(draws[i].figures);
		free(draws[i].brief);
	}
	free(draws);
}
