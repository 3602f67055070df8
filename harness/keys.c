// SPDX-License-Identifier: GPL-2.0-only
#include "keys.h"

#include <stdio.h>
#include <string.h>

#include "error.h"
#include "mode.h"
#include "../workloads/workload.h"

static const char *const access_names[] = { "write", "read", NULL };
static const char *const thp_names[] = { "never", "always", NULL };
static const char *const grain_names[] = { "auto", "4k", "huge", NULL };
static const char *const fault_names[] = { "auto", "missing", "minor", NULL };
const char *const arch_names[] = { "x86_64", "arm64", NULL };
static const char *const gic_names[] = { "none", "v3", NULL };
#define TIER(symbol, name, ...) name,
static const char *const tier_names[] = { "auto", TIERS NULL };
#undef TIER
static const char *const wait_names[] = { "sleep", "spin", NULL };
static const char *const handler_names[] = { "inline", "async", "poll", NULL };
static const char *const queue_by_names[] = { "address", "thread", NULL };
static const char *const meanwhile_names[] = { "nothing", "changes", NULL };
static const char *const how_names[] = { "flag", "memslot", "mprotect", "pause", NULL };
static const char *const mapped_names[] = { "4k", "2m", NULL };
static const char *const pattern_names[] = { "single", "range", "alternate", "word", "line", NULL };

#define OF(bench) (1u << BENCH_##bench)
#define FIELD(name) .offset = offsetof(struct point, name)

bool point_is_manycore(const struct point *p)
{
	return p->cpus > 1 || p->speed > 1;
}

bool point_is_native(const struct point *p)
{
	return p->tier != TIER_AUTO && tier_kinds[p->tier].host == HOST_NATIVE;
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

static bool has_compute(const struct point *p)
{
	return p->compute_ms;
}

static bool has_meanwhile(const struct point *p)
{
	return p->meanwhile != MEANWHILE_NOTHING;
}

static bool has_queues(const struct point *p)
{
	return p->queues > 1 && mode_handlers[p->mode] == HANDLERS_UFFDS;
}

static bool has_tasks(const struct point *p)
{
	return p->tasks > 1;
}

/* clang-format off */
const struct key point_keys[] = {
	{ "mode", "how a missing page is noticed and filled", ROLE_MECHANISM,
	  KEY_CHOICE, FIELD(mode), { .names = mode_names }, .initial = "userfault" },
	{ "bench", "what is measured", ROLE_CONDITION,
	  KEY_CHOICE, FIELD(bench), { .names = bench_names }, .has_own_place = true },
	{ "workload", "what the guest's vCPUs run", ROLE_CONDITION,
	  KEY_CHOICE, FIELD(workload), { .names = workload_names } },
	{ "access", "what the guest does to a page first; mode=kernel reads with backing=shmem only",
	  ROLE_CONDITION, KEY_CHOICE, FIELD(access), { .names = access_names }, .benches = OF(fault) },
	{ "backing", "what the tested memory is made of", ROLE_CONDITION,
	  KEY_CHOICE, FIELD(backing), { .names = backing_names } },
	{ "thp", "transparent huge pages for the tested memory; for shmem the kernel must allow it",
	  ROLE_CONDITION, KEY_CHOICE, FIELD(thp), { .names = thp_names }, .benches = OF(fault),
	  .applies = point_is_huge },
	{ "grain",
	  "what is fetched for a fault: auto is 4k but where all that can be had is a huge page",
	  ROLE_MECHANISM, KEY_CHOICE, FIELD(grain), { .names = grain_names }, .applies = point_is_huge },
	{ "fault", "how a page is missing: auto is minor for shmem, missing otherwise",
	  ROLE_CONDITION, KEY_CHOICE, FIELD(fault), { .names = fault_names } },
	{ "arch", "architecture of the host under test; native tiers have the machine's own",
	  ROLE_CONDITION, KEY_CHOICE, FIELD(arch), { .names = arch_names }, .has_own_place = true },
	{ "gic", "interrupt controller of an arm64 VM that KVM emulates; guests here do not use it",
	  ROLE_CONDITION, KEY_CHOICE, FIELD(gic), { .names = gic_names }, .applies = has_gic },
	{ "tier", "how strong the evidence is to be", ROLE_CONDITION,
	  KEY_CHOICE, FIELD(tier), { .names = tier_names }, .has_own_place = true },
	{ "vcpus", "vCPUs", ROLE_NONE, KEY_NUMBER, FIELD(vcpus), { 1, VCPUS_MAX }, .initial = "1" },
	{ "cpus", "simulated CPUs; vCPUs may be more", ROLE_CONDITION,
	  KEY_NUMBER, FIELD(cpus), { 1, CPUS_MAX }, .follows = { "vcpus", "readers" },
	  .applies = is_simulated, .initial = "1" },
	{ "quantum", "instructions that simulated CPUs may be apart", ROLE_CONDITION,
	  KEY_NUMBER, FIELD(quantum), { 50, 1000000 }, .applies = is_parallel, .initial = "500" },
	{ "coherence", "ns that a cache line takes from one simulated CPU to another",
	  ROLE_CONDITION, KEY_NUMBER, FIELD(coherence_ns), { 0, 10000 }, .applies = is_parallel },
	{ "speed", "instructions per ns of a simulated CPU; 1 by default for one CPU, 4 for more",
	  ROLE_CONDITION, KEY_NUMBER, FIELD(speed), { 1, 64 }, .applies = is_parallel },
	{ "draws", "times that it is measured in one VM; 1 by default for one CPU, 5 for more",
	  ROLE_CONDITION, KEY_NUMBER, FIELD(draws), { 1, 99 }, .follows = { "vcpus", "readers" },
	  .applies = is_parallel },
	{ "seconds",
	  "native tiers: measures again and again, once before that counts, for so long (1); 0: once",
	  ROLE_CONDITION, KEY_NUMBER, FIELD(seconds), { 0, 3600 }, .applies = point_is_native },
	{ "pages",
	  "pages per vCPU; all in all where a workload shares them; 256 by default, natively 4096",
	  ROLE_CONDITION, KEY_NUMBER, FIELD(pages), { 1, PAGES_MAX }, .follows = { "vcpus", "slot_mib" } },
	{ "meanwhile", "what else is done to the slot: dirty logging and bitmap are changed over and over",
	  ROLE_CONDITION, KEY_CHOICE, FIELD(meanwhile), { .names = meanwhile_names },
	  .benches = OF(fault), .applies = has_meanwhile },
	{ "tasks", "tasks of the guest's that share a vCPU; where it exits for a page, all wait",
	  ROLE_MECHANISM, KEY_NUMBER, FIELD(tasks), { 1, TASKS_MAX }, .benches = OF(fault),
	  .applies = has_tasks, .initial = "1" },
	{ "compute_ms", "ms of computing by one more task of each vCPU, beside those that touch pages; 0: none",
	  ROLE_CONDITION, KEY_NUMBER, FIELD(compute_ms), { 0, COMPUTE_MS_MAX }, .benches = OF(fault),
	  .applies = has_compute },
	{ "slot_mib", "MiB of the tested slot, which is sparse; bench=toggle maps all of it",
	  ROLE_MECHANISM, KEY_NUMBER, FIELD(slot_mib), { 0, SLOT_MIB_MAX },
	  .benches = OF(freeze) | OF(toggle) | OF(clear) },
	{ "how",
	  "how guest access is stopped: all bits and KVM_MEM_USERFAULT set, the slot deleted, its memory PROT_NONE, vCPUs out of KVM_RUN",
	  ROLE_MECHANISM, KEY_CHOICE, FIELD(how), { .names = how_names }, .benches = OF(freeze) },
	{ "mapped", "what the VMM's memory is made of, and KVM maps at first", ROLE_MECHANISM,
	  KEY_CHOICE, FIELD(mapped), { .names = mapped_names },
	  .benches = OF(freeze) | OF(toggle) },
	{ "pattern",
	  "what threads make present: page by page, 2 MiB at once, every second page, neighbours in one word of a bitmap, or in one cache line",
	  ROLE_MECHANISM, KEY_CHOICE, FIELD(pattern), { .names = pattern_names },
	  .benches = OF(clear) },
	{ "fetch", "time that getting a page takes", ROLE_CONDITION,
	  KEY_FETCH, FIELD(fetch), .benches = OF(fault), .has_own_place = true, .initial = "30us" },
	{ "wait", "how that time passes; handlers that poll spin in any case", ROLE_CONDITION,
	  KEY_CHOICE, FIELD(wait), { .names = wait_names }, .benches = OF(fault) },
	{ "uffds", "userfaultfds that share the memory", ROLE_MECHANISM,
	  KEY_COUNT, .is_of_handlers = true, FIELD(uffds), { 1, VCPUS_MAX }, .follows = { "vcpus" }, .initial = "1" },
	{ "queues", "queues of each userfaultfd, which readers have in turn; an experiment of kernel/series",
	  ROLE_MECHANISM, KEY_COUNT, .is_of_handlers = true, FIELD(queues), { 1, VCPUS_MAX }, .benches = OF(fault),
	  .follows = { "vcpus" }, .applies = has_queues, .initial = "1" },
	{ "queue_by", "what a fault goes to one of several queues by: a hash of its page, or its thread",
	  ROLE_MECHANISM, KEY_CHOICE, .is_of_handlers = true, FIELD(queue_by), { .names = queue_by_names },
	  .benches = OF(fault), .applies = has_queues },
	{ "readers", "handler threads in all", ROLE_MECHANISM,
	  KEY_COUNT, .is_of_handlers = true, FIELD(readers), { 1, VCPUS_MAX }, .follows = { "vcpus" }, .initial = "1" },
	{ "handler",
	  "handlers fetch before they read on, let fetches overlap, or do as the first and never sleep",
	  ROLE_MECHANISM, KEY_CHOICE, FIELD(handler), { .names = handler_names },
	  .is_of_handlers = true, .benches = OF(fault) },
	{ "vcpu_cpus", "CPUs that vCPU threads are pinned to, in turn", ROLE_NONE,
	  KEY_CPU_LIST, FIELD(vcpu_cpus) },
	{ "reader_cpus", "CPUs that handler threads are pinned to, in turn", ROLE_NONE,
	  KEY_CPU_LIST, FIELD(reader_cpus) },
	{ "repeat", "which repeat this is", ROLE_NONE,
	  KEY_NUMBER, FIELD(repeat), { 1, 1000 }, .initial = "1" },
	{ "seed", "page contents", ROLE_NONE,
	  KEY_SEED, FIELD(seed), { 0, INT64_MAX }, .initial = "1" }, /* what JSON libraries take */
};
/* clang-format on */

const size_t point_keys_count = sizeof(point_keys) / sizeof(point_keys[0]);

const struct key *point_key(const char *name)
{
	for (size_t i = 0; i < point_keys_count; i++)
		if (!strcmp(point_keys[i].name, name))
			return &point_keys[i];
	return NULL;
}

const char *point_key_values(const struct key *key, char *buf, size_t size)
{
	key_kinds[key->kind].values(&key->range, buf, size);
	return buf;
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
	if (!key_kinds[key->kind].set((char *)p + key->offset, &key->range, value))
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

int tier_parse(const char *name, enum tier *tier)
{
	struct point holder;

	if (point_set(&holder, "tier", name))
		return -1;
	if (holder.tier == TIER_AUTO)
		return error("nothing runs in tier %s, which stands for others", name);
	*tier = holder.tier;
	return 0;
}

const char *point_get(const struct point *p, const struct key *key, char *buf, size_t size)
{
	key_kinds[key->kind].get((const char *)p + key->offset, &key->range, buf, size);
	return buf;
}

unsigned int point_unsigned(const struct point *p, const struct key *key)
{
	return *(const unsigned int *)((const char *)p + key->offset);
}

int point_key_compare(const struct point *a, const struct point *b, const struct key *key)
{
	return key_kinds[key->kind].compare((const char *)a + key->offset,
					    (const char *)b + key->offset);
}

bool point_knows(const struct point *p, const struct key *key)
{
	return !key->benches || key->benches >> p->bench & 1;
}

bool point_key_applies(const struct point *p, const struct key *key)
{
	return point_knows(p, key) && (!key->applies || key->applies(p));
}

bool point_key_is_number(const struct key *key)
{
	return key_kinds[key->kind].is_number;
}
