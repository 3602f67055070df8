/* SPDX-License-Identifier: GPL-2.0-only */
/* Which CPUs hold a copy of which cache line, and when it can move to the next one. */
#ifndef FAULTLINE_MANYCORE_LINES_H
#define FAULTLINE_MANYCORE_LINES_H

#include <stdbool.h>
#include <stdint.h>

#define LINE_BYTES 64
#define LINES_ADDRESS_BITS 40 /* of guest physical addresses that can be followed */

struct lines;

/* For CPUs 0..cpus-1, with charge_ns for a transfer. Returns NULL without memory. */
struct lines *lines_new(unsigned int cpus, int64_t charge_ns);
void lines_free(struct lines *lines);

/* Nobody holds any line any more. What lines_holders() has returned is not valid any more. */
void lines_forget(struct lines *lines);

/*
 * A CPU reads or writes a guest physical address below 2^LINES_ADDRESS_BITS at the
 * simulated time now_ns. Returns how many ns the line takes to come from another CPU,
 * 0 if it need not, -1 without memory. Transfers of a line come one after the other,
 * as the line's place in the directory of a MESI protocol admits them: to a writer,
 * and from a CPU that has it alone. Further copies of a line that several CPUs have
 * wait for such a transfer, but not for one another. A line nobody holds comes from
 * memory, which is free of charge.
 */
int64_t lines_touch(struct lines *lines, unsigned int cpu, uint64_t address, bool is_write,
		    int64_t now_ns);

/*
 * Of a line that has been touched: the word in which bit *mask says that the CPU has a copy. It stays
 * where it is.
 */
const uint64_t *lines_holders(const struct lines *lines, unsigned int cpu, uint64_t address,
			      uint64_t *mask);

#endif
