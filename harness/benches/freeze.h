/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FAULTLINE_BENCHES_FREEZE_H
#define FAULTLINE_BENCHES_FREEZE_H

#include "freeze_ways.h"

/* Measures a way of freezing, which may be one that no point has. fail()s if a write slips through. */
void freeze_run(struct measurement *m, const struct freeze_way *way);

#endif
