/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FAULTLINE_BENCHES_BENCHES_H
#define FAULTLINE_BENCHES_BENCHES_H

#include "../bench.h"
#include "../point/bench_ops.h"

extern const struct bench *const benches[]; /* in the order of ../bench.h */

#define BENCH(symbol, summary) extern const struct bench bench_##symbol;
BENCHES
#undef BENCH

#endif
