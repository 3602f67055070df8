/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The keys of a point: one table from which command lines and sweep files are
 * parsed and records are written. Used by both programs, so libc only.
 */
#ifndef FAULTLINE_KEYS_H
#define FAULTLINE_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "backing.h"
#include "bench.h"
#include "key_kinds.h"
#include "tier.h"

#define VCPUS_MAX 1024 /* KVM_MAX_NR_VCPUS of the kernels built here */
#define CPUS_MAX 256
#define PAGES_MAX (1u << 20) /* in all */
#define TASKS_MAX 64 /* of a vCPU: as many as KVM tells of pages that are not there */
#define COMPUTE_MS_MAX 10000u
#define PAGES_IN_VMS 256 /* of a vCPU where nothing else is said: in VM tiers */
#define PAGES_NATIVE 4096 /* and natively: starts that are apart are little of that */
#define ROUNDS_PAGES_EACH 16384 /* of a vCPU that are measured natively, in all rounds */
#define PAGES_OF_MIB 256u
#define RANGE_PAGES 512u /* 2 MiB */
#define SLOT_MIB_MAX (1u << 20) /* 1 TiB */
#define SECONDS_NATIVE 1 /* how long a point is measured natively where nothing else is said */
#define SECONDS_UNKNOWN (~0u) /* the tier decides, and is not known yet */
#define SPEED_MANYCORE 4 /* instructions per ns where there are several simulated CPUs */
#define DRAWS_MANYCORE 5 /* and how often a point is measured there */

enum access { ACCESS_WRITE, ACCESS_READ };
enum thp { THP_NEVER, THP_ALWAYS };
enum grain { GRAIN_AUTO, GRAIN_4K, GRAIN_HUGE };
enum fault_kind { FAULT_AUTO, FAULT_MISSING, FAULT_MINOR };
enum handler { HANDLER_INLINE, HANDLER_ASYNC, HANDLER_POLL };
enum arch { ARCH_X86_64, ARCH_ARM64, ARCH_COUNT };
enum gic { GIC_NONE, GIC_V3 };
enum queue_by { QUEUE_BY_ADDRESS, QUEUE_BY_THREAD }; /* as the ABI has them */
enum wait_kind { WAIT_SLEEP, WAIT_SPIN };
enum meanwhile { MEANWHILE_NOTHING, MEANWHILE_CHANGES };
enum freeze_how { FREEZE_FLAG, FREEZE_MEMSLOT, FREEZE_MPROTECT, FREEZE_PAUSE };
enum mapped { MAPPED_4K, MAPPED_2M };
enum pattern { PATTERN_SINGLE, PATTERN_RANGE, PATTERN_ALTERNATE, PATTERN_WORD, PATTERN_LINE };

#define POINT_SEPARATOR ';' /* of key=value pairs in one word, which no value has */

/* One point as asked for. point_defaults() fills it in; see keys.c for the meaning of each key. */
struct point {
	unsigned int bench; /* index into benches[] and bench_names[], see bench.h */
	unsigned int mode; /* index into modes[] and mode_names[], see mode.h */
	unsigned int workload; /* index into workload_names[] */
	enum access access;
	enum backing backing;
	enum thp thp;
	enum grain grain; /* what a fault brings */
	enum fault_kind fault;
	enum arch arch;
	enum gic gic; /* of arm64 VMs, in the kernel */
	enum tier tier;
	unsigned int vcpus;
	unsigned int cpus; /* simulated CPUs */
	unsigned int quantum; /* instructions of a simulated CPU before the next one's turn */
	unsigned int coherence_ns; /* what moving a cache line between simulated CPUs costs */
	unsigned int speed; /* instructions per ns; 0: not resolved yet */
	unsigned int draws; /* how often it is measured in one VM; 0: not resolved yet */
	unsigned int seconds; /* of spans that are measured natively; 0: one round is, cold */
	/* Per vCPU; all in all where a workload shares them; 0: not resolved yet. */
	unsigned int pages;
	enum meanwhile meanwhile; /* what else happens to the slot */
	unsigned int tasks; /* of the guest's, that share a vCPU and its part of the pages */
	unsigned int compute_ms; /* that one more task of each vCPU computes; 0: there is none */
	unsigned int
		slot_mib; /* of the tested slot; 0: as large as its pages, or not resolved yet */
	enum freeze_how how;
	enum mapped mapped; /* what KVM maps before it is frozen or toggled */
	enum pattern pattern;
	struct fetch_spec fetch;
	enum wait_kind wait;
	unsigned int uffds; /* PER_VCPU or a number */
	unsigned int queues; /* of each: PER_VCPU or a number */
	enum queue_by queue_by; /* which of several a fault waits in */
	unsigned int readers; /* PER_VCPU or a number: handler threads in all */
	enum handler handler;
	/* CPU lists that the threads of vCPUs and handlers are pinned to, in turn; "" for none. */
	char vcpu_cpus[CPU_LIST_SIZE], reader_cpus[CPU_LIST_SIZE];
	unsigned int repeat; /* which repeat this is, from 1 */
	uint64_t seed;
};

/* What it means that two points differ in a key. */
enum key_role {
	ROLE_NONE, /* they are to be compared: another vCPU count, a repeat, other CPUs */
	ROLE_CONDITION, /* they faulted under other conditions: not in one table, not on one axis */
	ROLE_MECHANISM, /* it was done another way, or to more: not in one series */
};

/* To add a key: a field of struct point and a row of point_keys[]; then make schema. */
struct key {
	const char *name;
	const char *help;
	enum key_role role;
	enum key_kind kind;
	size_t offset; /* of the field in struct point */
	struct key_range range;
	unsigned int benches; /* that it says something to, a bit each; 0: all */
	/* Keys that it may follow from: points that differ in one of these may differ in it, too. */
	const char *follows[2];
	bool is_of_handlers; /* says nothing where the mode has none */
	bool (*applies)(const struct point *p); /* whether it says something; NULL: always */
	const char *initial; /* the default; NULL: 0, the first of names, or what others decide */
	bool has_own_place; /* in headers and captions, before the other conditions */
};

/* Indexed by enum arch, NULL-terminated. */
extern const char *const arch_names[];

/* The architecture of this machine; ARCH_COUNT when it is none that is known here. */
enum arch arch_of_machine(void);

/* Simulated CPUs that its machine takes. */
unsigned int arch_cpus_max(enum arch arch);

extern const struct key point_keys[];
extern const size_t point_keys_count;

/* The key of that name, or NULL. */
const struct key *point_key(const char *name);

/* Writes what values a key takes, for messages and help. Returns buf. */
const char *point_key_values(const struct key *key, char *buf, size_t size);

void point_defaults(struct point *p);

/*
 * Sets one key from text. Returns 0, or -1 after error() that names the
 * key, the value and what would be accepted.
 */
int point_set(struct point *p, const char *name, const char *value);

/* The same for "KEY=VALUE". */
int point_set_pair(struct point *p, const char *pair);

/* A tier that something ran in, from its name: not auto. Returns 0 or -1 after error(). */
int tier_parse(const char *name, enum tier *tier);

/*
 * Checks what single keys cannot know (shmem only for minor faults, more
 * userfaultfds than pages, ...) and resolves what depends on other keys:
 * fault=auto, per-vcpu counts, speed; once there is a tier pages and seconds. Returns 0 or -1 after
 * error().
 */
int point_resolve(struct point *p);

/*
 * A point from what stands in pairs, "KEY=VALUE" each and NULL at the end, and defaults for all
 * else, resolved. Returns 0 or -1 after error().
 */
int point_parse(struct point *p, char *const *pairs);

/*
 * Gives the point its tier, and what that decides. Only the simulated one has simulated CPUs, and only native ones last
 * for seconds: elsewhere cpus, quantum, coherence and speed, or that, get the values that mean none.
 */
void point_set_tier(struct point *p, enum tier tier);

/* Whether the point needs the simulated many-core host, where CPUs make progress in parallel. */
bool point_is_manycore(const struct point *p);

/* Whether it runs on this machine's own kernel; not as long as its tier is not known. */
bool point_is_native(const struct point *p);

/*
 * Pages of tested memory that come to be there: vcpus times pages, or pages where all vCPUs share
 * them. And all that its slot has room for, which may be more.
 */
uint64_t point_pages_total(const struct point *p);
uint64_t point_slot_pages(const struct point *p);

/* Whether memory is made of huge pages, as far as the kernel has them. */
static inline bool point_has_huge_pages(const struct point *p)
{
	return p->thp == THP_ALWAYS || backing_kinds[p->backing].pool_size;
}

/* Whether that or what is fetched is: only then is there anything to tell of either. */
static inline bool point_is_huge(const struct point *p)
{
	return point_has_huge_pages(p) || p->grain == GRAIN_HUGE;
}

/* Pages that a fault fetches, and what pages of a vCPU must be a multiple of. */
uint64_t point_grain_pages(const struct point *p);
uint64_t point_pages_step(const struct point *p);

/*
 * bench=clear: how many threads have pages that lie next to each other, in one word or one cache line
 * of a bitmap.
 */
unsigned int point_neighbours(const struct point *p);

/* Pages of the slot that such threads have to themselves, a multiple of RANGE_PAGES. */
uint64_t point_part_pages(const struct point *p);

/* Tasks of a vCPU's, the one that computes included. */
unsigned int point_tasks(const struct point *p);

/* Memory of the guest's tasks but one a vCPU, which is what a vCPU takes anyway. */
uint64_t point_tasks_bytes(const struct point *p);

/* Handler threads: readers in modes that have any, see mode.h; none in others. */
unsigned int point_handlers(const struct point *p);

/* Writes the value of a key as point_set() would read it. Returns buf. */
const char *point_get(const struct point *p, const struct key *key, char *buf, size_t size);

/* The value of a key of a number, a count or a choice: its index then. */
unsigned int point_unsigned(const struct point *p, const struct key *key);

/* <0, 0 or >0 by their values of the key: numbers by size, choices in their order, per-vcpu last. */
int point_key_compare(const struct point *a, const struct point *b, const struct key *key);

/* Whether its benchmark knows the key; all others have it at its default. */
bool point_knows(const struct point *p, const struct key *key);

/* Whether, of that point, the key says something. */
bool point_key_applies(const struct point *p, const struct key *key);

/* Whether a record shows this key as a number. */
bool point_key_is_number(const struct key *key);

#endif
