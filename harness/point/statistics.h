/* SPDX-License-Identifier: GPL-2.0-only */
/* What KVM counts, by the names that it gives its counts. */
#ifndef FAULTLINE_STATISTICS_H
#define FAULTLINE_STATISTICS_H

#include <stdbool.h>
#include <stdint.h>

struct statistic {
	int fd;
	uint64_t offset;
};

/*
 * Finds a statistic of a VM or vCPU, from its file; a vCPU's waits as long as it is in KVM_RUN, while
 * reading does not. Returns false where this KVM does not have it.
 */
bool statistic_open(struct statistic *statistic, int of, const char *name);
uint64_t statistic_read(const struct statistic *statistic);
void statistic_close(struct statistic *statistic);

#endif
