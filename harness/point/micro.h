/* SPDX-License-Identifier: GPL-2.0-only */
/* Known answers: small programs whose time on the simulated many-core host is known beforehand. */
#ifndef FAULTLINE_MICRO_H
#define FAULTLINE_MICRO_H

#include <stdbool.h>
#include <stdio.h>

#include "../keys.h"

#define MICRO_KEY "micro"

struct micro {
	const char *test; /* name of one, or "all" */
	/*
	 * The simulated CPUs that are asked: its keys cpus (all take part, and the kernel must
	 * have no others), quantum, coherence and speed.
	 */
	struct point point;
};

/* Whether arguments ask for known answers and not for a point: the first names MICRO_KEY. */
bool micro_is_asked_for(char *const *arguments);

/*
 * Reads these arguments: micro=all|compute|lock|atomic|sleep, then keys as of a point, then
 * NULL. Returns 0, or -1 after error().
 */
int micro_parse(struct micro *micro, char *const *arguments);

/*
 * Runs them and writes one line of JSON. All times in it are of the simulated
 * kernel's clock, on which an instruction takes 1 ns. Returns whether every result
 * is within its bounds. fail()s when they cannot be run.
 */
bool micro_run(const struct micro *micro, FILE *out);

/* In place of results, when there are none: a line of JSON that says why. */
void micro_write_reason(const struct micro *micro, FILE *out, const char *reason);

#endif
