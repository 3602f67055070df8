/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kernel under measurement tells of itself before vCPUs start and after they end: what a
 * point may owe its figures to besides faults. Read outside of what is timed.
 */
#ifndef FAULTLINE_KERNEL_STATE_H
#define FAULTLINE_KERNEL_STATE_H

#include <stdio.h>

/* Files of /proc as they were, NULL for what this kernel does not have. */
struct kernel_state {
	char *zoneinfo, *interrupts, *softirqs;
};

void kernel_state_read(struct kernel_state *state);

/*
 * Writes a member "kernel_state" of a record: of each zone its pages and what CPUs keep in their
 * own lists, before and after; interrupts and softirqs that came meanwhile, in all and on the CPU
 * that had the most. The kernel's own words name them.
 */
void kernel_state_write(FILE *out, const struct kernel_state *before,
			const struct kernel_state *after);

void kernel_state_free(struct kernel_state *state);

#endif
