/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which series wins where: the panels of one question, that differ in what moving a cache line costs
 * alone, and of each the best series of every kind at each vCPU count.
 */
#ifndef FAULTLINE_CONTEST_H
#define FAULTLINE_CONTEST_H

#include "groups.h"

/* Who takes part: the best series of these at a vCPU count stands for all of them. */
enum contender {
	CONTENDER_UFFD, /* any set-up of userfaultfd alone */
	CONTENDER_ONE, /* those with a single userfaultfd, as VMMs have today */
	CONTENDER_USERFAULT,
	CONTENDER_EXIT, /* exit on missing */
	CONTENDERS
};

struct contest {
	const struct panel *const *ends; /* by ascending charge */
	size_t ends_count;
	const unsigned int *vcpus; /* all counts of any end, ascending */
	size_t vcpus_count;
};

/* All contests of a run, in the order of its panels. */
struct contests {
	struct contest *v;
	size_t n;
};

struct contests contests_find(const struct run_data *run);
void contests_free(struct contests *contests);

/* The best one of its kind at a vCPU count, or NULL. */
const struct series *contest_best(const struct panel *panel, enum contender contender,
				  unsigned int vcpus);

/* Pages/s of the best one, with its spread; unknown where there is none. */
struct spread contest_rate(const struct panel *panel, enum contender contender, unsigned int vcpus);

/*
 * a / b, and the least and most that it can be by both spreads. Natively the ratio is taken within
 * each block that has both, where what slows down one slows down the other, too.
 */
struct spread contest_ratio(const struct panel *panel, enum contender a, enum contender b,
			    unsigned int vcpus);

#define NEAR_BEST 0.9 /* of the best rate: within 10 % of it */

/* What a set-up of userfaultfd can be the best for. */
enum merit {
	MERIT_RATE, /* most pages/s */
	MERIT_P99, /* least p99 of total latency */
	MERIT_CHEAP, /* least CPU time of handlers, of those within 10 % of the best rate */
	MERITS
};

/*
 * The series of userfaultfd that is the best for that at a vCPU count, and its figure; NULL where
 * none has it.
 */
const struct series *contest_strongest(const struct panel *panel, enum merit merit,
				       unsigned int vcpus, struct spread *figure);

/*
 * Less is no lead, however small the spread: tables show three digits, and where one CPU has none at
 * all it follows from where its lists of pages were at the start (0.02 % between two modes).
 */
#define LEAST_LEAD 0.005

/*
 * Whether one is ahead, by LEAST_LEAD, wherever between low and high the ratio is: 1 the first, -1 the
 * second, 0 neither.
 */
int contest_order(const struct spread *ratio);

#endif
