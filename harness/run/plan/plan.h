/* SPDX-License-Identifier: GPL-2.0-only */
/* The points of a run, in the order in which they are to be measured. */
#ifndef FAULTLINE_PLAN_H
#define FAULTLINE_PLAN_H

#include "../../mode.h"
#include "sweep.h"

/* Texts that the command line changes a sweep with, named as on it. */
enum plan_text {
	PLAN_MODES, /* list: other modes are left out */
	PLAN_ARCH, /* from here on: list or range, replaces the key of the name */
	PLAN_VCPUS,
	PLAN_FETCH,
	PLAN_CPUS, /* from here on: of simulated CPUs */
	PLAN_QUANTUM,
	PLAN_COHERENCE,
	PLAN_SPEED,
	PLAN_TEXTS
};

extern const char *const plan_text_names[PLAN_TEXTS];

/* What the command line changes about a sweep. */
struct plan_options {
	const char *texts[PLAN_TEXTS]; /* NULL where it does not */
	unsigned int repeat; /* 0: as in the sweep file */
	uint64_t seed; /* order of the points, and their seed key where the sweep gives none */
};

/* Least pages of a vCPU that a sweep's pages_total leaves. */
#define PAGES_EACH_MIN 16
/*
 * The same in native tiers: there the start of hundreds of threads takes longer than a few
 * pages, and would be what is measured.
 */
#define PAGES_EACH_MIN_NATIVE 256

struct planned {
	struct point point; /* resolved */
	struct draft draft; /* what it was made from */
	const struct section *section; /* of the sweep */
	char *series; /* the section's name, or how a search calls such a point */
	bool is_split; /* pages come from pages_total */
	char *id;
	unsigned int number; /* from 1, in the sweep's own order, block by block */
	char stem[12]; /* the same with leading zeros, how the names of its files begin */
	bool is_done; /* has an ok or skipped record */
};

struct plan {
	struct planned *points; /* in the order to be run */
	size_t count;
	keyset searched; /* the sweep's */
	uint64_t seed; /* of that order */
};

/*
 * All points of sweep, for now without a tier: plan_set_tier() adds it and the
 * identities. sweep must outlive the plan. Returns 0, or -1 after error().
 */
int plan_make(struct plan *plan, struct sweep *sweep, const struct plan_options *options);

/*
 * In native tiers the repeats of a plan are its blocks: each has all points once, in an order of its
 * own, and what drifts on the machine is in both sides of a ratio that is taken within a block.
 * As many where nobody says how many: of fewer an interval is too narrow.
 */
#define BLOCKS_NATIVE 10

/*
 * Points that are the same in that tier, such as those that differ in simulated CPUs,
 * become one. Simulated points are put in order, the longest first; native ones in blocks.
 */
void plan_set_tier(struct plan *plan, enum tier tier);

/* Where threads go on simulated CPUs: vCPU i and handler thread i on CPU i, modulo their number. */
void plan_place_simulated(struct point *p);

/* Adds the resolved point of a draft, unless it is there. Returns 0, or -1 after error(). */
int plan_add(struct plan *plan, const struct section *section, const struct draft *draft);

/* The plan's point that is the same and of a series of that name, or NULL. */
struct planned *plan_find(const struct plan *plan, const char *series, const struct point *point);

/* Moves the points of another plan, which have their tier, to the end, but for those that are there. */
void plan_append(struct plan *plan, struct plan *from);

void plan_free(struct plan *plan);

/* KEY=VALUE for every key that says what is measured: all but the CPU lists. Caller frees. */
char *point_id(const struct point *p);

/* Which modes and architectures points have. */
struct plan_uses {
	bool modes[MODE_COUNT], arches[ARCH_COUNT];
};

struct plan_uses plan_uses(const struct plan *plan);

#endif
