/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The phases of a fault, in the order in which they follow each other: for records, for reports,
 * and for profiles, whose plugin in QEMU also includes this.
 */
#ifndef FAULTLINE_PHASES_H
#define FAULTLINE_PHASES_H

#include <stddef.h>

/* PHASE(symbol, name, first stamp, last stamp): the stamps are those of struct page_record. */
#define PHASES                              \
	PHASE(DELIVERY, "delivery", t0, t1) \
	PHASE(FETCH, "fetch", t1, t2)       \
	PHASE(RESOLVE, "resolve", t2, t3)   \
	PHASE(RESUME, "resume", t3, t4)

enum phase {
	PHASE_NONE, /* between pages */
#define PHASE(symbol, name, first, last) PHASE_##symbol,
	PHASES
#undef PHASE
		PHASE_COUNT
};

/* NULL-terminated. */
static const char *const phase_names[] = { "none",
#define PHASE(symbol, name, first, last) name,
					   PHASES
#undef PHASE
						   NULL };

#endif
