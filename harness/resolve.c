// SPDX-License-Identifier: GPL-2.0-only
/* What keys mean together: defaults, limits, and values that follow from others. */
#include <string.h>
#include <sys/utsname.h>

#include "../workloads/guest_abi.h"
#include "../workloads/workload.h"
#include "error.h"
#include "keys.h"
#include "mode.h"
#include "resolve_memory.h"

/*
 * What an architecture takes: -M pc has 8-bit APIC numbers, less some; KVM's vCPUs are as many as
 * the kernels built here allow for, which on arm64 is what a GICv3 numbers.
 */
static const struct {
	unsigned int cpus_max, vcpus_max;
} arch_limits[ARCH_COUNT] = {
	[ARCH_X86_64] = { 240, VCPUS_MAX },
	[ARCH_ARM64] = { CPUS_MAX, 512 },
};

enum arch arch_of_machine(void)
{
	static const char *const machines[] = {
		[ARCH_X86_64] = "x86_64", [ARCH_ARM64] = "aarch64"
	};
	struct utsname uts;
	enum arch arch = 0;

	uname(&uts);
	while (arch < ARCH_COUNT && strcmp(uts.machine, machines[arch]))
		arch++;
	return arch;
}

unsigned int arch_cpus_max(enum arch arch)
{
	return arch_limits[arch].cpus_max;
}

/* What of a point follows from its benchmark. */
static const struct {
	unsigned int
		pages; /* of a vCPU where nothing else is said; 0: the slot decides, or the tier */
	unsigned int slot_mib, slot_mib_max;
	bool writes; /* vCPUs write until they are told to stop */
} benches[BENCH_COUNT] = {
	[BENCH_freeze] = { 64, 1024, 64 << 10, true },
	[BENCH_toggle] = { 0, 64, PAGES_MAX / PAGES_OF_MIB, true },
	[BENCH_clear] = { 1024, 1024, SLOT_MIB_MAX, false },
};

void point_defaults(struct point *p)
{
	enum arch arch = arch_of_machine();

	*p = (struct point){
		.arch = arch == ARCH_COUNT ? ARCH_X86_64 : arch,
		.seconds = SECONDS_UNKNOWN,
	};
	for (size_t i = 0; i < point_keys_count; i++)
		if (point_keys[i].initial)
			point_set(p, point_keys[i].name, point_keys[i].initial);
}

unsigned int point_handlers(const struct point *p)
{
	return mode_handlers[p->mode] == HANDLERS_NONE ? 0 : p->readers;
}

uint64_t point_pages_total(const struct point *p)
{
	return workload_is_shared[p->workload] ? p->pages : (uint64_t)p->vcpus * p->pages;
}

unsigned int point_tasks(const struct point *p)
{
	return p->tasks + (p->compute_ms != 0);
}

uint64_t point_tasks_bytes(const struct point *p)
{
	return (uint64_t)p->vcpus * (point_tasks(p) - 1) * TASK_BYTES;
}

uint64_t point_slot_pages(const struct point *p)
{
	return p->bench == BENCH_fault ? point_pages_total(p) :
					 (uint64_t)p->slot_mib * PAGES_OF_MIB;
}

/* As many for each vCPU, or as there can be in all. */
static unsigned int pages_native(const struct point *p)
{
	unsigned int most = PAGES_MAX / p->vcpus;
	unsigned int each = most < PAGES_NATIVE ? most : PAGES_NATIVE;

	return workload_is_shared[p->workload] ? each * p->vcpus : each;
}

static unsigned int whole_huge_pages(const struct point *p, unsigned int pages)
{
	const uint64_t step = point_pages_step(p);

	return (unsigned int)((pages + step - 1) / step * step);
}

/* How much is measured, and for how long, where nobody says: natively as much as a claim takes. */
static void set_amount(struct point *p)
{
	const bool is_native = point_is_native(p);

	if (p->tier == TIER_AUTO)
		return;
	if (!p->pages)
		p->pages = whole_huge_pages(p, is_native ? pages_native(p) : PAGES_IN_VMS);
	if (p->seconds == SECONDS_UNKNOWN)
		p->seconds = is_native ? SECONDS_NATIVE : 0;
}

void point_set_tier(struct point *p, enum tier tier)
{
	p->tier = tier;
	if (tier_kinds[tier].host == HOST_VM)
		p->seconds = 0;
	set_amount(p);
	if (tier_kinds[tier].is_simulated)
		return;
	point_set(p, "cpus", point_key("cpus")->initial);
	point_set(p, "quantum", point_key("quantum")->initial);
	p->coherence_ns = 0;
	p->speed = 1;
	p->draws = 1;
}

static int resolve_cpus(struct point *p)
{
	if (!p->speed)
		p->speed = p->cpus > 1 ? SPEED_MANYCORE : 1;
	if (!p->draws)
		p->draws = p->cpus > 1 ? DRAWS_MANYCORE : 1;
	if (p->cpus > arch_limits[p->arch].cpus_max)
		return error(
			"cpus=%u is more than the %u CPUs that the simulated machine of %s takes",
			p->cpus, arch_limits[p->arch].cpus_max, arch_names[p->arch]);
	if (p->vcpus > arch_limits[p->arch].vcpus_max)
		return error("vcpus=%u is more than the %u vCPUs that KVM on %s takes", p->vcpus,
			     arch_limits[p->arch].vcpus_max, arch_names[p->arch]);
	if (p->draws > 1 && p->cpus == 1)
		return error("draws=%u need several simulated CPUs: on one, all are the same",
			     p->draws);
	if (point_is_manycore(p) && !tier_kinds[p->tier].is_simulated && p->tier != TIER_AUTO)
		return error(
			"cpus=%u and speed=%u are for tier=simulated only; in tier=%s leave them "
			"out",
			p->cpus, p->speed, tier_kinds[p->tier].name);
	return 0;
}

/*
 * Anonymous memory that is only read is the one page of zeroes: nothing is allocated or cleared,
 * and so it is no ceiling for those who bring pages. With shmem a read brings one, too.
 */
static int resolve_zeroes(const struct point *p)
{
	if (p->mode != MODE_kernel || p->access != ACCESS_READ || p->backing != BACKING_ANON)
		return 0;
	return error("mode=kernel with access=read brings no pages with backing=anon, where all "
		     "are the kernel's one page of zeroes; use access=write or backing=shmem");
}

static int resolve_workload(const struct point *p)
{
	if (p->workload == WORKLOAD_kvm_writes && p->arch != ARCH_X86_64)
		return error(
			"workload=kvm_writes is for arch=x86_64: of the others' guests, KVM writes "
			"to no address that they name");
	if (p->workload == WORKLOAD_kvm_writes && p->access == ACCESS_READ)
		return error("workload=kvm_writes writes; leave access=read out");
	return 0;
}

/* A key that its benchmark does not know would be ignored. */
static int refuse_unknown(const struct point *p)
{
	struct point defaults;
	char value[CPU_LIST_SIZE];

	point_defaults(&defaults);
	for (size_t i = 0; i < point_keys_count; i++) {
		const struct key *key = &point_keys[i];

		if (!point_knows(p, key) && point_key_compare(p, &defaults, key))
			return error("%s=%s says nothing with bench=%s; leave it out", key->name,
				     point_get(p, key, value, sizeof(value)),
				     bench_names[p->bench]);
	}
	return 0;
}

/* What KVM maps has no part that is missing: nobody is told, but for what freezing asks for. */
static int resolve_freeze(struct point *p)
{
	const unsigned int mode = p->how == FREEZE_FLAG ? MODE_userfault : MODE_kernel;

	if (p->mode != mode && p->mode != MODE_userfault)
		return error("how=%s goes with mode=%s; leave mode out",
			     point_key("how")->range.names[p->how], mode_names[mode]);
	p->mode = mode;
	if (p->pages == 1)
		return error("bench=freeze needs pages=2 or more: the cost of a fault is told by "
			     "the pages after the first");
	return 0;
}

static int resolve_toggle(struct point *p)
{
	const uint64_t pages = point_slot_pages(p) / p->vcpus;

	if (p->mode != MODE_userfault)
		return error("bench=toggle is about mode=userfault; leave mode out");
	if (p->pages && p->pages != pages)
		return error("bench=toggle maps all of the slot, here %llu pages a vCPU; leave "
			     "pages out",
			     (unsigned long long)pages);
	p->pages = (unsigned int)pages;
	return 0;
}

static int resolve_clear(struct point *p)
{
	if (p->mode == MODE_kernel)
		return error("mode=kernel leaves nothing to make present; use another one with "
			     "bench=clear");
	if (mode_handlers[p->mode] == HANDLERS_UFFDS &&
	    (p->backing != BACKING_SHMEM || p->fault == FAULT_MISSING))
		return error("bench=clear with mode=%s needs backing=shmem and fault=minor: "
			     "UFFDIO_CONTINUE makes pages present whose content is in place",
			     mode_names[p->mode]);
	return 0;
}

unsigned int point_neighbours(const struct point *p)
{
	static const unsigned int neighbours[] = {
		[PATTERN_SINGLE] = 1, [PATTERN_RANGE] = 1, [PATTERN_ALTERNATE] = 1,
		[PATTERN_WORD] = 64,  [PATTERN_LINE] = 8,
	};

	return neighbours[p->pattern];
}

uint64_t point_part_pages(const struct point *p)
{
	const unsigned int neighbours = point_neighbours(p);
	const unsigned int parts = (p->vcpus + neighbours - 1) / neighbours;

	return point_slot_pages(p) / parts / RANGE_PAGES * RANGE_PAGES;
}

/* Pages that all threads of a part go through together, with those that they leave out. */
static uint64_t pages_reach(const struct point *p)
{
	const uint64_t words = (p->pages + 63) / 64;

	switch (p->pattern) {
	case PATTERN_ALTERNATE:
		return 2ull * p->pages;
	case PATTERN_WORD:
		return 64ull * p->pages;
	case PATTERN_LINE:
		return words * RANGE_PAGES;
	default:
		return p->pages;
	}
}

static int check_slot(const struct point *p)
{
	const uint64_t room = p->bench == BENCH_clear ? point_part_pages(p) :
							point_slot_pages(p) / p->vcpus;

	if (p->slot_mib > benches[p->bench].slot_mib_max)
		return error("bench=%s takes slot_mib=%u at most", bench_names[p->bench],
			     benches[p->bench].slot_mib_max);
	if (pages_reach(p) > room)
		return error("vcpus=%u with pages=%u each do not fit into slot_mib=%u", p->vcpus,
			     p->pages, p->slot_mib);
	if (p->mapped == MAPPED_2M && p->backing != BACKING_ANON)
		return error("mapped=2m needs backing=anon: transparent huge pages");
	return 0;
}

static int resolve_bench(struct point *p)
{
	static int (*const resolve[])(struct point * p) = {
		[BENCH_freeze] = resolve_freeze,
		[BENCH_toggle] = resolve_toggle,
		[BENCH_clear] = resolve_clear,
	};
	const bool writes = benches[p->bench].writes;

	if (refuse_unknown(p))
		return -1;
	if (p->workload == WORKLOAD_writer && !writes)
		return error("workload=writer writes until it is told to stop, which bench=%s does "
			     "not do",
			     bench_names[p->bench]);
	if (p->bench == BENCH_fault)
		return 0;
	if (p->workload != WORKLOAD_sequential && p->workload != WORKLOAD_writer)
		return error("bench=%s has no workload to choose; leave it out",
			     bench_names[p->bench]);
	if (writes)
		p->workload = WORKLOAD_writer;
	if (writes && p->fault == FAULT_MINOR)
		return error("fault=minor says nothing with bench=%s; leave it out",
			     bench_names[p->bench]);
	if (writes)
		p->fault = FAULT_MISSING;
	if (!p->slot_mib)
		p->slot_mib = benches[p->bench].slot_mib;
	if (!p->pages)
		p->pages = benches[p->bench].pages;
	return resolve[p->bench](p) || check_slot(p) ? -1 : 0;
}

/* Before the tier decides, in the one that has the fewest. */
static uint64_t least_pages_total(const struct point *p)
{
	struct point least = *p;

	if (!least.pages)
		least.pages = whole_huge_pages(p, PAGES_IN_VMS);
	return point_pages_total(&least);
}

int point_resolve(struct point *p)
{
	uint64_t pages_total;
	char text[32];

	if (resolve_bench(p) || resolve_memory(p))
		return -1;
	if (p->fault == FAULT_AUTO)
		p->fault = p->backing == BACKING_SHMEM ? FAULT_MINOR : FAULT_MISSING;
	if (p->fault == FAULT_MINOR && !backing_kinds[p->backing].can_be_minor)
		return error("fault=minor needs backing=shmem or huge pages that are reserved");
	if (resolve_zeroes(p) || resolve_workload(p) || resolve_cpus(p))
		return -1;
	set_amount(p);
	if (p->seconds && tier_kinds[p->tier].host == HOST_VM)
		return error("seconds=%u is for native tiers only; in tier=%s leave it out",
			     p->seconds, tier_kinds[p->tier].name);
	pages_total = least_pages_total(p);
	if (p->gic != GIC_NONE && p->arch != ARCH_ARM64)
		return error("gic=%s is for arch=arm64 only",
			     point_get(p, point_key("gic"), text, sizeof(text)));
	if (p->uffds == PER_VCPU)
		p->uffds = p->vcpus;
	if (p->queues == PER_VCPU)
		p->queues = p->vcpus;
	if (p->readers == PER_VCPU)
		p->readers = p->vcpus;
	/* A vCPU that goes on has asked for the page: there is nothing to wait in line for. */
	if (mode_handlers[p->mode] == HANDLERS_VCPUS && p->handler == HANDLER_INLINE &&
	    p->bench == BENCH_fault)
		p->handler = HANDLER_ASYNC;
	if (p->uffds > pages_total / point_grain_pages(p))
		return error("uffds=%u is more than the %llu %spages there are", p->uffds,
			     (unsigned long long)(pages_total / point_grain_pages(p)),
			     p->grain == GRAIN_HUGE ? "huge " : "");
	if (pages_total > PAGES_MAX)
		return error("vcpus=%u times pages=%u is more than %u pages", p->vcpus, p->pages,
			     PAGES_MAX);
	return 0;
}

int point_parse(struct point *p, char *const *pairs)
{
	point_defaults(p);
	for (; *pairs; pairs++)
		if (point_set_pair(p, *pairs))
			return -1;
	return point_resolve(p);
}
