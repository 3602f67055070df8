// SPDX-License-Identifier: GPL-2.0-only
/* What keys mean together: defaults, limits, and values that follow from others. */
#include <string.h>
#include <sys/utsname.h>

#include "../workloads/guest_abi.h"
#include "../workloads/workload.h"
#include "error.h"
#include "keys.h"
#include "mode.h"

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

uint64_t point_tasks_bytes(const struct point *p)
{
	return (uint64_t)p->vcpus * (p->tasks - 1) * TASK_BYTES;
}

/* As many for each vCPU, or as there can be in all. */
static unsigned int pages_native(const struct point *p)
{
	unsigned int most = PAGES_MAX / p->vcpus;
	unsigned int each = most < PAGES_NATIVE ? most : PAGES_NATIVE;

	return workload_is_shared[p->workload] ? each * p->vcpus : each;
}

/* How much is measured, and for how long, where nobody says: natively as much as a claim takes. */
static void set_amount(struct point *p)
{
	const bool is_native = point_is_native(p);

	if (p->tier == TIER_AUTO)
		return;
	if (!p->pages)
		p->pages = is_native ? pages_native(p) : PAGES_IN_VMS;
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

/* Before the tier decides, in the one that has the fewest. */
static uint64_t least_pages_total(const struct point *p)
{
	struct point least = *p;

	if (!least.pages)
		least.pages = PAGES_IN_VMS;
	return point_pages_total(&least);
}

int point_resolve(struct point *p)
{
	uint64_t pages_total;
	char text[32];

	if (p->fault == FAULT_AUTO)
		p->fault = p->backing == BACKING_SHMEM ? FAULT_MINOR : FAULT_MISSING;
	if (p->fault == FAULT_MINOR && p->backing != BACKING_SHMEM)
		return error("fault=minor needs backing=shmem");
	if (resolve_zeroes(p) || resolve_cpus(p))
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
	if (p->readers == PER_VCPU)
		p->readers = p->vcpus;
	/* A vCPU that goes on has asked for the page: there is nothing to wait in line for. */
	if (mode_handlers[p->mode] == HANDLERS_VCPUS && p->handler == HANDLER_INLINE)
		p->handler = HANDLER_ASYNC;
	if (p->uffds > pages_total)
		return error("uffds=%u is more than the %llu pages there are", p->uffds,
			     (unsigned long long)pages_total);
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
