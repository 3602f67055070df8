// SPDX-License-Identifier: GPL-2.0-only
/* What both programs know of the tables of backings, benchmarks, modes and tiers. */
#include "backing.h"
#include "bench.h"
#include "mode.h"
#include "tier.h"

#include <stddef.h>

#define BACKING(symbol, name, summary, ...) name,
const char *const backing_names[] = { BACKINGS NULL };
#undef BACKING

#define BACKING(symbol, name, summary, ...) summary,
const char *const backing_summaries[] = { BACKINGS };
#undef BACKING

#define BACKING(symbol, name, summary, ...) [BACKING_##symbol] = { __VA_ARGS__ },
const struct backing_kind backing_kinds[BACKING_COUNT] = { BACKINGS };
#undef BACKING

#define BENCH(symbol, summary) #symbol,
const char *const bench_names[] = { BENCHES NULL };
#undef BENCH

#define BENCH(symbol, summary) summary,
const char *const bench_summaries[] = { BENCHES };
#undef BENCH

#define MODE(symbol, name, handlers, summary) name,
const char *const mode_names[] = { MODES NULL };
#undef MODE

#define MODE(symbol, name, handlers, summary) summary,
const char *const mode_summaries[] = { MODES };
#undef MODE

#define MODE(symbol, name, handlers, summary) HANDLERS_##handlers,
const enum mode_handlers mode_handlers[] = { MODES };
#undef MODE

#define TIER(symbol, tier_name, ...) [TIER_##symbol] = { .name = tier_name, __VA_ARGS__ },
const struct tier_kind tier_kinds[TIER_COUNT] = {
	[TIER_AUTO] = { .name = "auto", .is_timed = true }, TIERS
};
#undef TIER
