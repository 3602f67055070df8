// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM_MEM_USERFAULT is turned on and off again on a slot all of which is mapped, first while all
 * vCPUs stand still, then while they write. No bit is ever set, so that nothing else stops them.
 */
#include <stdlib.h>
#include <string.h>

#include "../modes/userfault.h"
#include "../point/arch.h"
#include "../point/fail.h"
#include "../point/statistics.h"
#include "../point/writers.h"
#include "benches.h"
#include "figures.h"
#include "written.h"

/* When huge mappings are counted. */
#define MOMENTS                                                    \
	MOMENT(BEFORE, "before") /* it is on for the first time */ \
	MOMENT(ON, "on") /* and all is mapped again */             \
	MOMENT(OFF, "off") /* by the call alone */                 \
	MOMENT(AGAIN, "again") /* and all has been written to */

enum moment {
#define MOMENT(symbol, name) MOMENT_##symbol,
	MOMENTS
#undef MOMENT
		MOMENT_COUNT
};

struct findings {
	/* Ticks that the calls took while vCPUs stood still, and while they wrote. */
	uint64_t on_still, off_still, on, off;
	/* And the longest time that any vCPU was kept from writing by the latter. */
	uint64_t on_gap, off_gap;
	/* Exits of vCPUs until all is written to once; COUNT_UNKNOWN where KVM does not tell. */
	int64_t exits_on, exits_off;
	int64_t huge[MOMENT_COUNT]; /* mappings of 2 MiB; COUNT_UNKNOWN likewise */
	uint64_t verified;
};

static int64_t huge_mappings(const struct measurement *m)
{
	struct statistic statistic;
	int64_t count;

	if (!statistic_open(&statistic, m->vm.fd, "pages_2m"))
		return COUNT_UNKNOWN;
	count = (int64_t)statistic_read(&statistic);
	statistic_close(&statistic);
	return count;
}

/* Returns the ticks that it takes. */
static uint64_t turn(struct measurement *m, bool on)
{
	uint64_t begin;
	int r;

	m->slot.flags = on ? ABI_MEM_USERFAULT : 0;
	begin = arch_ticks();
	r = vm_set_slot(&m->vm, &m->slot);
	if (r)
		fail("turning KVM_MEM_USERFAULT %s: %s", on ? "on" : "off", strerror(-r));
	return arch_ticks() - begin;
}

static void stand_still(struct writers *writers)
{
	writers_close(writers);
	writers_pause(writers);
}

/* Lets them write to all of the slot once. Returns how many exits that has taken. */
static int64_t write_all(struct writers *writers)
{
	const int64_t before = writers_exits(writers);

	writers_begin_epoch(writers);
	writers_open(writers);
	writers_await_pass(writers);
	return before == COUNT_UNKNOWN ? before : writers_exits(writers) - before;
}

static void toggle_still(struct measurement *m, struct writers *writers, struct findings *f)
{
	stand_still(writers);
	f->huge[MOMENT_BEFORE] = huge_mappings(m);
	f->on_still = turn(m, true);
	f->exits_on = write_all(writers);
	stand_still(writers);
	f->huge[MOMENT_ON] = huge_mappings(m);
	f->off_still = turn(m, false);
	f->huge[MOMENT_OFF] = huge_mappings(m);
	f->exits_off = write_all(writers);
	f->huge[MOMENT_AGAIN] = huge_mappings(m);
}

/* Returns the ticks of the call; gap: the longest time between two writes of a vCPU from then on. */
static uint64_t toggle_running(struct measurement *m, struct writers *writers, bool on,
			       uint64_t *gap)
{
	uint64_t ticks;

	writers_begin_epoch(writers);
	ticks = turn(m, on);
	writers_await_all(writers);
	for (unsigned int i = 0; i < m->point->vcpus; i++) {
		const uint64_t longest = writers_log(writers, i).gap_ticks;

		*gap = longest > *gap ? longest : *gap;
	}
	return ticks;
}

static void run(struct measurement *m)
{
	struct findings *f = m->findings = calloc(1, sizeof(*f));
	struct writers *writers;

	if (!f)
		fail("no memory for findings");
	writers = writers_start(m);
	writers_await_pass(writers);
	toggle_still(m, writers, f);
	f->on = toggle_running(m, writers, true, &f->on_gap);
	f->off = toggle_running(m, writers, false, &f->off_gap);
	writers_stop(writers);
	f->verified = writers_verify(writers);
	writers_free(writers);
}

static void create(struct measurement *m)
{
	written_create(m);
	userfault_add_bitmap(m, 0);
}

static void check(const struct measurement *m)
{
	const struct findings *f = m->findings;

	written_check(m, f->verified);
}

static void write_counts(FILE *out, const struct measurement *m)
{
	const struct findings *f = m->findings;
	const struct named_count counts[] = { { "pages", (int64_t)point_pages_total(m->point) },
					      { "pages_verified", (int64_t)f->verified },
					      { "exits_on", f->exits_on },
					      { "exits_off", f->exits_off },
#define MOMENT(symbol, name) { "huge_" name, f->huge[MOMENT_##symbol] },
					      MOMENTS
#undef MOMENT
	};

	write_named(out, "toggle", ROWS(counts));
}

static double write_times(FILE *out, const struct measurement *m, bool is_brief)
{
	const struct findings *f = m->findings;
	const struct named_ticks ticks[] = {
		{ "on_ns", f->on },
		{ "off_ns", f->off },
		{ "on_gap_ns", f->on_gap },
		{ "off_gap_ns", f->off_gap },
		{ "on_still_ns", f->on_still },
		{ "off_still_ns", f->off_still },
	};

	(void)is_brief;
	return write_named_ticks(out, m, "toggle_times", ROWS(ticks));
}

const struct bench bench_toggle = {
	.create = create,
	.run = run,
	.check = check,
	.write_counts = write_counts,
	.write_times = write_times,
};
