/* SPDX-License-Identifier: GPL-2.0-only */
/* The command line of `faultline run`. */
#ifndef FAULTLINE_RUN_OPTIONS_H
#define FAULTLINE_RUN_OPTIONS_H

#include "../plan/plan.h"

enum placement { PLACEMENT_DEFAULT, PLACEMENT_NONE, PLACEMENT_CORES };

struct run_options {
	const char *sweep;
	struct plan_options plan;
	enum tier tier;
	enum placement placement;
	const char *out; /* NULL for a new folder under results/runs */
	const char *resume; /* NULL unless a run is to be gone on with */
	double timeout_s; /* of a point; 0: by its cost */
	unsigned int jobs; /* 0 for the default */
	bool png; /* of the plots, too */
	bool check; /* only whether all this makes sense */
	bool help;
};

/*
 * Reads the command line. Returns -1 when the run is to go on, or the exit
 * code to end with: after --help, or after a message about what is wrong.
 */
int run_options_parse(struct run_options *o, int argc, char **argv);

/*
 * Sets the elements of arches (ARCH_COUNT) that a list, or "all", names. Returns 0 or, with a
 * message, -1.
 */
int parse_arches(const char *text, bool *arches);

/* What --check prints for who is to make sure that there is all they take. ARCH_COUNT elements. */
void print_arches(const bool *arches);

/* Parses the value of --placement and of --point-timeout. Return 0 or, with a message, -1. */
int parse_placement(const char *text, enum placement *placement);
int parse_timeout(const char *text, double *timeout_s);

#endif
