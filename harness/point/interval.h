/* SPDX-License-Identifier: GPL-2.0-only */
/* What a latency is of: from one stamp of a page to another. */
#ifndef FAULTLINE_INTERVAL_H
#define FAULTLINE_INTERVAL_H

#include "../phases.h"
#include "measurement.h"

/* What intervals are called in records, by enum phase; PHASE_NONE is the whole of a fault. */
extern const char *const interval_names[PHASE_COUNT];

/* How many of them the point has, from PHASE_NONE on: no phases where nobody is told of a fault. */
size_t interval_count(const struct measurement *m);

/* In ns of results. */
uint64_t interval_ns(const struct measurement *m, enum phase interval, uint64_t page);

#endif
