// SPDX-License-Identifier: GPL-2.0-only
#include "keys.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "error.h"
#include "mode.h"
#include "../workloads/workload.h"

#define PAGES_MAX (1u << 20)

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

static const char *const access_names[] = { "write", "read", NULL };
static const char *const backing_names[] = { "anon", "shmem", NULL };
static const char *const fault_names[] = { "auto", "missing", "minor", NULL };
const char *const arch_names[] = { "x86_64", "arm64", NULL };
static const char *const gic_names[] = { "none", "v3", NULL };
#define TIER(symbol, name, ...) name,
static const char *const tier_names[] = { "auto", TIERS NULL };
#undef TIER
static const char *const wait_names[] = { "sleep", "spin", NULL };
static const char *const handler_names[] = { "inline", "async", NULL };

#define FIELD(name) offsetof(struct point, name)

/* clang-format off */
const struct key point_keys[] = {
	{ "mode", "how a missing page is noticed and filled",
	  KEY_CHOICE, FIELD(mode), .names = mode_names },
	{ "workload", "what the guest's vCPUs run",
	  KEY_CHOICE, FIELD(workload), .names = workload_names },
	{ "access", "what the guest does to a page first",
	  KEY_CHOICE, FIELD(access), .names = access_names },
	{ "backing", "what the tested memory is made of",
	  KEY_CHOICE, FIELD(backing), .names = backing_names },
	{ "fault", "how a page is missing: auto is minor for shmem, missing otherwise",
	  KEY_CHOICE, FIELD(fault), .names = fault_names },
	{ "arch", "architecture of the host under test; native tiers have the machine's own",
	  KEY_CHOICE, FIELD(arch), .names = arch_names },
	{ "gic", "interrupt controller of an arm64 VM that KVM emulates; guests here do not use it",
	  KEY_CHOICE, FIELD(gic), .names = gic_names },
	{ "tier", "how strong the evidence is to be",
	  KEY_CHOICE, FIELD(tier), .names = tier_names },
	{ "vcpus", "vCPUs", KEY_NUMBER, FIELD(vcpus), 1, VCPUS_MAX },
	{ "cpus", "simulated CPUs; vCPUs may be more", KEY_NUMBER, FIELD(cpus), 1, CPUS_MAX },
	{ "quantum", "instructions that simulated CPUs may be apart",
	  KEY_NUMBER, FIELD(quantum), 50, 1000000 },
	{ "coherence", "ns that a cache line takes from one simulated CPU to another",
	  KEY_NUMBER, FIELD(coherence_ns), 0, 10000 },
	{ "speed", "instructions per ns of a simulated CPU; 1 by default for one CPU, 4 for more",
	  KEY_NUMBER, FIELD(speed), 1, 64 },
	{ "pages", "pages per vCPU; all in all where a workload shares them",
	  KEY_NUMBER, FIELD(pages), 1, PAGES_MAX },
	{ "fetch", "time that getting a page takes", KEY_FETCH, FIELD(fetch) },
	{ "wait", "how that time passes", KEY_CHOICE, FIELD(wait), .names = wait_names },
	{ "uffds", "userfaultfds that share the memory", KEY_COUNT, FIELD(uffds), 1, VCPUS_MAX },
	{ "readers", "handler threads in all", KEY_COUNT, FIELD(readers), 1, VCPUS_MAX },
	{ "handler", "handlers fetch before they read on, or let fetches overlap",
	  KEY_CHOICE, FIELD(handler), .names = handler_names },
	{ "vcpu_cpus", "CPUs that vCPU threads are pinned to, in turn",
	  KEY_CPU_LIST, FIELD(vcpu_cpus) },
	{ "reader_cpus", "CPUs that handler threads are pinned to, in turn",
	  KEY_CPU_LIST, FIELD(reader_cpus) },
	{ "repeat", "which repeat this is", KEY_NUMBER, FIELD(repeat), 1, 1000 },
	{ "seed", "page contents", KEY_SEED, FIELD(seed), 0, INT64_MAX }, /* what JSON libraries take */
};
/* clang-format on */

const size_t point_keys_count = sizeof(point_keys) / sizeof(point_keys[0]);

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
		.mode = MODE_userfault,
		.arch = arch == ARCH_COUNT ? ARCH_X86_64 : arch,
		.vcpus = 1,
		.cpus = 1,
		.quantum = QUANTUM_DEFAULT,
		.pages = 256,
		.uffds = 1,
		.readers = 1,
		.repeat = 1,
		.seed = 1,
	};
	fetch_spec_parse("30us", &p->fetch);
}

int number_parse(const char *text, uint64_t min, uint64_t max, uint64_t *value)
{
	unsigned long long v;
	char *end;

	if (text[0] < '0' || text[0] > '9')
		return -1;
	errno = 0;
	v = strtoull(text, &end, 10);
	if (errno || *end || v < min || v > max)
		return -1;
	*value = v;
	return 0;
}

/* Reads a CPU number. Returns what follows it, or NULL if there is none. */
static const char *cpu_parse(const char *text, unsigned int *cpu)
{
	unsigned long value;
	char *end;

	if (text[0] < '0' || text[0] > '9')
		return NULL;
	value = strtoul(text, &end, 10);
	*cpu = (unsigned int)value;
	return value < CPU_SETSIZE ? end : NULL;
}

unsigned int cpu_list_pick(const char *list, unsigned int index, unsigned int *cpu)
{
	unsigned int count = 0, first, last;

	for (;; list++) {
		list = cpu_parse(list, &first);
		last = first;
		if (list && *list == '-')
			list = cpu_parse(list + 1, &last);
		if (!list || last < first)
			return 0;
		if (index >= count && index - count <= last - first)
			*cpu = first + (index - count);
		count += last - first + 1;
		if (*list != ',')
			return *list ? 0 : count;
	}
}

const char *point_key_values(const struct key *key, char *buf, size_t size)
{
	int n = 0;

	switch (key->kind) {
	case KEY_CHOICE:
		buf[0] = '\0';
		for (unsigned int i = 0; key->names[i] && (size_t)n < size; i++)
			n += snprintf(buf + n, size - n, "%s%s", i ? ", " : "", key->names[i]);
		break;
	case KEY_COUNT:
		n = snprintf(buf, size, "per-vcpu or ");
		/* fall through */
	case KEY_NUMBER:
	case KEY_SEED:
		snprintf(buf + n, size - n, "a number from %llu to %llu",
			 (unsigned long long)key->min, (unsigned long long)key->max);
		break;
	case KEY_FETCH:
		fetch_spec_values(buf, size);
		break;
	case KEY_CPU_LIST:
		snprintf(buf, size, "a CPU list such as 0,2-5");
		break;
	}
	return buf;
}

static int find_key(const char *name)
{
	for (size_t i = 0; i < point_keys_count; i++)
		if (!strcmp(point_keys[i].name, name))
			return (int)i;
	return -1;
}

static int store_value(void *field, const struct key *s, const char *value)
{
	unsigned int cpu;
	uint64_t v;

	switch (s->kind) {
	case KEY_CHOICE:
		for (unsigned int i = 0; s->names[i]; i++) {
			if (strcmp(s->names[i], value))
				continue;
			*(unsigned int *)field = i;
			return 0;
		}
		return -1;
	case KEY_COUNT:
		if (!strcmp(value, "per-vcpu")) {
			*(unsigned int *)field = PER_VCPU;
			return 0;
		}
		/* fall through */
	case KEY_NUMBER:
		if (number_parse(value, s->min, s->max, &v))
			return -1;
		*(unsigned int *)field = (unsigned int)v;
		return 0;
	case KEY_FETCH:
		return fetch_spec_parse(value, field);
	case KEY_SEED:
		return number_parse(value, s->min, s->max, field);
	case KEY_CPU_LIST:
		if (strlen(value) >= sizeof(((struct point *)0)->vcpu_cpus) ||
		    (*value && !cpu_list_pick(value, 0, &cpu)))
			return -1;
		strcpy(field, value);
		return 0;
	}
	return -1;
}

int point_set(struct point *p, const char *name, const char *value)
{
	int i = find_key(name);

	if (i < 0) {
		error("unknown key '%s'; known:", name);
		for (size_t k = 0; k < point_keys_count; k++)
			error("%s %s", error_text(), point_keys[k].name);
		return -1;
	}
	if (store_value((char *)p + point_keys[i].offset, &point_keys[i], value)) {
		char values[256];

		return error("%s='%s' is not valid; use %s", name, value,
			     point_key_values(&point_keys[i], values, sizeof(values)));
	}
	return 0;
}

int point_set_pair(struct point *p, const char *pair)
{
	const char *eq = strchr(pair, '=');
	char name[32];

	if (!eq || eq == pair || (size_t)(eq - pair) >= sizeof(name)) {
		return error("'%s' is not KEY=VALUE", pair);
	}
	memcpy(name, pair, eq - pair);
	name[eq - pair] = '\0';
	return point_set(p, name, eq + 1);
}

uint64_t point_pages_total(const struct point *p)
{
	return workload_is_shared[p->workload] ? p->pages : (uint64_t)p->vcpus * p->pages;
}

void point_set_tier(struct point *p, enum tier tier)
{
	p->tier = tier;
	if (tier_kinds[tier].is_simulated)
		return;
	p->cpus = 1;
	p->quantum = QUANTUM_DEFAULT;
	p->coherence_ns = 0;
	p->speed = 1;
}

bool point_is_manycore(const struct point *p)
{
	return p->cpus > 1 || p->speed > 1;
}

static int resolve_cpus(struct point *p)
{
	if (!p->speed)
		p->speed = p->cpus > 1 ? SPEED_MANYCORE : 1;
	if (p->cpus > arch_limits[p->arch].cpus_max) {
		return error(
			"cpus=%u is more than the %u CPUs that the simulated machine of %s takes",
			p->cpus, arch_limits[p->arch].cpus_max, arch_names[p->arch]);
	}
	if (p->vcpus > arch_limits[p->arch].vcpus_max) {
		return error("vcpus=%u is more than the %u vCPUs that KVM on %s takes", p->vcpus,
			     arch_limits[p->arch].vcpus_max, arch_names[p->arch]);
	}
	if (point_is_manycore(p) && !tier_kinds[p->tier].is_simulated && p->tier != TIER_AUTO) {
		return error(
			"cpus=%u and speed=%u are for tier=simulated only; in tier=%s leave them "
			"out",
			p->cpus, p->speed, tier_kinds[p->tier].name);
	}
	return 0;
}

int point_resolve(struct point *p)
{
	uint64_t pages_total = point_pages_total(p);

	if (p->fault == FAULT_AUTO)
		p->fault = p->backing == BACKING_SHMEM ? FAULT_MINOR : FAULT_MISSING;
	if (p->fault == FAULT_MINOR && p->backing != BACKING_SHMEM) {
		return error("fault=minor needs backing=shmem");
	}
	if (resolve_cpus(p))
		return -1;
	if (p->gic != GIC_NONE && p->arch != ARCH_ARM64) {
		return error("gic=%s is for arch=arm64 only", gic_names[p->gic]);
	}
	if (p->uffds == PER_VCPU)
		p->uffds = p->vcpus;
	if (p->readers == PER_VCPU)
		p->readers = p->vcpus;
	if (p->uffds > pages_total) {
		return error("uffds=%u is more than the %llu pages there are", p->uffds,
			     (unsigned long long)pages_total);
	}
	if (pages_total > PAGES_MAX) {
		return error("vcpus=%u times pages=%u is more than %u pages", p->vcpus, p->pages,
			     PAGES_MAX);
	}
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

const char *point_get(const struct point *p, const char *name, char *buf, size_t size)
{
	const struct key *s = &point_keys[find_key(name)];
	const void *field = (const char *)p + s->offset;
	unsigned int v = *(const unsigned int *)field;

	switch (s->kind) {
	case KEY_CHOICE:
		snprintf(buf, size, "%s", s->names[v]);
		break;
	case KEY_COUNT:
		if (v == PER_VCPU) {
			snprintf(buf, size, "per-vcpu");
			break;
		}
		/* fall through */
	case KEY_NUMBER:
		snprintf(buf, size, "%u", v);
		break;
	case KEY_FETCH:
		fetch_spec_format(field, buf, size);
		break;
	case KEY_SEED:
		snprintf(buf, size, "%llu", (unsigned long long)*(const uint64_t *)field);
		break;
	case KEY_CPU_LIST:
		snprintf(buf, size, "%s", (const char *)field);
		break;
	}
	return buf;
}

bool point_key_is_number(const char *name)
{
	enum key_kind kind = point_keys[find_key(name)].kind;

	return kind == KEY_NUMBER || kind == KEY_COUNT || kind == KEY_SEED;
}
