// SPDX-License-Identifier: GPL-2.0-only
#include "interval.h"

#include "../mode.h"
#include "../time_units.h"

#define STAMP(name) offsetof(struct page_record, name)

const char *const interval_names[PHASE_COUNT] = { [PHASE_NONE] = "total",
#define PHASE(symbol, name, first, last) [PHASE_##symbol] = name,
						  PHASES
#undef PHASE
};

static const struct {
	size_t from, to; /* offsets in struct page_record */
} stamps[PHASE_COUNT] = { [PHASE_NONE] = { STAMP(t0), STAMP(t4) },
#define PHASE(symbol, name, first, last) [PHASE_##symbol] = { STAMP(first), STAMP(last) },
			  PHASES
#undef PHASE
};

size_t interval_count(const struct measurement *m)
{
	return mode_is_passive(m->mode) ? 1 : PHASE_COUNT;
}

static uint64_t stamp(const struct page_record *record, size_t offset)
{
	uint64_t t = *(const uint64_t *)((const char *)record + offset);

	/*
	 * With a wake-up inside the last system call the guest can be through
	 * before the handler has returned from it. Then the guest's word counts:
	 * the page was resolved when it was used, so that phases add up.
	 */
	return offset == STAMP(t3) && t > record->t4 ? record->t4 : t;
}

uint64_t interval_ns(const struct measurement *m, enum phase interval, uint64_t page)
{
	const struct page_record *record = &m->records[page];

	return ns_of_ticks(stamp(record, stamps[interval].to) -
				   stamp(record, stamps[interval].from),
			   m->ticks_hz);
}
