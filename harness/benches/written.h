/* SPDX-License-Identifier: GPL-2.0-only */
/* What benchmarks share that do something to a slot while vCPUs write to it. */
#ifndef FAULTLINE_BENCHES_WRITTEN_H
#define FAULTLINE_BENCHES_WRITTEN_H

#include "../point/measurement.h"

/* VM, tested memory and its slot, plain, as the point has it. */
void written_create(struct measurement *m);

/* fail()s unless that many pages, all, have what was written to them last. */
void written_check(const struct measurement *m, uint64_t verified);

#endif
