// SPDX-License-Identifier: GPL-2.0-only
#include "benches.h"

#define BENCH(symbol, summary) &bench_##symbol,
const struct bench *const benches[] = { BENCHES };
#undef BENCH
