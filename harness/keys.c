// SPDX-License-Identifier: GPL-2.0-only
#include "keys.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "mode.h"
#include "../workloads/workload.h"

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

#define FIELD(name) .offset = offsetof(struct point, name)

bool point_is_manycore(const struct point *p)
{
	return p->cpus > 1 || p->speed > 1;
}

/* What the simulated machine is like says something only where the point ran on one like it. */
static bool is_simulated(const struct point *p)
{
	return tier_kinds[p->tier].is_simulated;
}

static bool is_parallel(const struct point *p)
{
	return is_simulated(p) && point_is_manycore(p);
}

static bool has_gic(const struct point *p)
{
	return p->gic != GIC_NONE;
}

/* clang-format off */
const struct key point_keys[] = {
	{ "mode", "how a missing page is noticed and filled", ROLE_MECHANISM,
	  KEY_CHOICE, FIELD(mode), .names = mode_names },
	{ "workload", "what the guest's vCPUs run", ROLE_CONDITION,
	  KEY_CHOICE, FIELD(workload), .names = workload_names },
	{ "access", "what the guest does to a page first", ROLE_CONDITION,
	  KEY_CHOICE, FIELD(access), .names = access_names },
	{ "backing", "what the tested memory is made of", ROLE_CONDITION,
	  KEY_CHOICE, FIELD(backing), .names = backing_names },
	{ "fault", "how a page is missing: auto is minor for shmem, missing otherwise",
	  ROLE_CONDITION, KEY_CHOICE, FIELD(fault), .names = fault_names },
	{ "arch", "architecture of the host under test; native tiers have the machine's own",
	  ROLE_CONDITION, KEY_CHOICE, FIELD(arch), .names = arch_names, .has_own_place = true },
	{ "gic", "interrupt controller of an arm64 VM that KVM emulates; guests here do not use it",
	  ROLE_CONDITION, KEY_CHOICE, FIELD(gic), .names = gic_names, .applies = has_gic },
	{ "tier", "how strong the evidence is to be", ROLE_CONDITION,
	  KEY_CHOICE, FIELD(tier), .names = tier_names, .has_own_place = true },
	{ "vcpus", "vCPUs", ROLE_NONE, KEY_NUMBER, FIELD(vcpus), 1, VCPUS_MAX },
	{ "cpus", "simulated CPUs; vCPUs may be more", ROLE_CONDITION,
	  KEY_NUMBER, FIELD(cpus), 1, CPUS_MAX, .follows = { "vcpus", "readers" },
	  .applies = is_simulated },
	{ "quantum", "instructions that simulated CPUs may be apart", ROLE_CONDITION,
	  KEY_NUMBER, FIELD(quantum), 50, 1000000, .applies = is_parallel },
	{ "coherence", "ns that a cache line takes from one simulated CPU to another",
	  ROLE_CONDITION, KEY_NUMBER, FIELD(coherence_ns), 0, 10000, .applies = is_parallel },
	{ "speed", "instructions per ns of a simulated CPU; 1 by default for one CPU, 4 for more",
	  ROLE_CONDITION, KEY_NUMBER, FIELD(speed), 1, 64, .applies = is_parallel },
	{ "pages", "pages per vCPU; all in all where a workload shares them", ROLE_CONDITION,
	  KEY_NUMBER, FIELD(pages), 1, PAGES_MAX, .follows = { "vcpus" } },
	{ "fetch", "time that getting a page takes", ROLE_CONDITION,
	  KEY_FETCH, FIELD(fetch), .has_own_place = true },
	{ "wait", "how that time passes", ROLE_CONDITION,
	  KEY_CHOICE, FIELD(wait), .names = wait_names },
	{ "uffds", "userfaultfds that share the memory", ROLE_MECHANISM,
	  KEY_COUNT, FIELD(uffds), 1, VCPUS_MAX, .follows = { "vcpus" } },
	{ "readers", "handler threads in all", ROLE_MECHANISM,
	  KEY_COUNT, FIELD(readers), 1, VCPUS_MAX, .follows = { "vcpus" } },
	{ "handler", "handlers fetch before they read on, or let fetches overlap", ROLE_MECHANISM,
	  KEY_CHOICE, FIELD(handler), .names = handler_names },
	{ "vcpu_cpus", "CPUs that vCPU threads are pinned to, in turn", ROLE_NONE,
	  KEY_CPU_LIST, FIELD(vcpu_cpus) },
	{ "reader_cpus", "CPUs that handler threads are pinned to, in turn", ROLE_NONE,
	  KEY_CPU_LIST, FIELD(reader_cpus) },
	{ "repeat", "which repeat this is", ROLE_NONE, KEY_NUMBER, FIELD(repeat), 1, 1000 },
	{ "seed", "page contents", ROLE_NONE,
	  KEY_SEED, FIELD(seed), 0, INT64_MAX }, /* what JSON libraries take */
};
/* clang-format on */

const size_t point_keys_count = sizeof(point_keys) / sizeof(point_keys[0]);

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

const struct key *point_key(const char *name)
{
	for (size_t i = 0; i < point_keys_count; i++)
		if (!strcmp(point_keys[i].name, name))
			return &point_keys[i];
	return NULL;
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
	const struct key *key = point_key(name);
	char values[256];

	if (!key) {
		error("unknown key '%s'; known:", name);
		for (size_t k = 0; k < point_keys_count; k++)
			error("%s %s", error_text(), point_keys[k].name);
		return -1;
	}
	if (!store_value((char *)p + key->offset, key, value))
		return 0;
	return error("%s='%s' is not valid; use %s", name, value,
		     point_key_values(key, values, sizeof(values)));
}

int point_set_pair(struct point *p, const char *pair)
{
	const char *eq = strchr(pair, '=');
	char name[32];

	if (!eq || eq == pair || (size_t)(eq - pair) >= sizeof(name))
		return error("'%s' is not KEY=VALUE", pair);
	memcpy(name, pair, eq - pair);
	name[eq - pair] = '\0';
	return point_set(p, name, eq + 1);
}

const char *point_get(const struct point *p, const struct key *s, char *buf, size_t size)
{
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

unsigned int point_count(const struct point *p, const struct key *key)
{
	return *(const unsigned int *)((const char *)p + key->offset);
}

static int compare_numbers(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

int point_key_compare(const struct point *a, const struct point *b, const struct key *key)
{
	const void *x = (const char *)a + key->offset, *y = (const char *)b + key->offset;
	unsigned int v, w;

	switch (key->kind) {
	case KEY_CPU_LIST:
		return strcmp(x, y);
	case KEY_FETCH:
		return fetch_spec_compare(x, y);
	case KEY_SEED:
		return compare_numbers(*(const uint64_t *)x, *(const uint64_t *)y);
	default:
		v = *(const unsigned int *)x;
		w = *(const unsigned int *)y;
	}
	if (key->kind == KEY_COUNT && (v == PER_VCPU || w == PER_VCPU))
		return (v == PER_VCPU) - (w == PER_VCPU);
	return compare_numbers(v, w);
}

bool point_key_is_number(const struct key *key)
{
	return key->kind == KEY_NUMBER || key->kind == KEY_COUNT || key->kind == KEY_SEED;
}
