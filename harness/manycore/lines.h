/* SPDX-License-Identifier: GPL-2.0-only */
/* Which CPUs hold a copy of which cache line. */
#ifndef FAULTLINE_MANYCORE_LINES_H
#define FAULTLINE_MANYCORE_LINES_H

#include <stdbool.h>
#include <stdint.h>

#define LINE_BYTES 64
#define LINES_ADDRESS_BITS 40 /* of guest physical addresses that can be followed */

struct lines;

/* For CPUs 0..cpus-1. Returns NULL without memory. */
struct lines *lines_new(unsigned int cpus);
void lines_free(struct lines *lines);

/*
 * A CPU reads or writes a guest physical address below 2^LINES_ADDRESS_BITS.
 * Returns 1 if the line has to come from another CPU, 0 if not, -1 without memory.
 * A line nobody holds comes from memory, which is free of charge.
 */
int lines_touch(struct lines *lines, unsigned int cpu, uint64_t address, bool is_write);

#endif
