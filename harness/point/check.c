// SPDX-License-Identifier: GPL-2.0-only
#include "fail.h"
#include "run.h"

typedef unsigned long long ull;

/* No page may have had other content than it must, at any time that the guest looked. */
static void check_contents(const struct run *run, const struct guest_vcpu *blocks)
{
	uint64_t verified = 0, wrong = 0, wrong_page = 0;

	for (unsigned int i = 0; i < run->point->vcpus; i++) {
		verified += blocks[i].pages_verified;
		wrong += blocks[i].pages_wrong;
		if (blocks[i].pages_wrong)
			wrong_page = blocks[i].wrong_page;
	}
	if (wrong)
		fail("%llu page checks found wrong content, for example in page %llu", (ull)wrong,
		     (ull)wrong_page);
	if (verified != run->pages_total)
		fail("%llu of %llu pages were verified", (ull)verified, (ull)run->pages_total);
}

/* t3 may be later than t4: the guest can be through before the handler's last call returns. */
static void check_stamps(const struct run *run, uint64_t page)
{
	const struct page_record *r = &run->records[page];
	bool in_order = run->mode->is_passive ? r->t0 <= r->t4 :
						r->t0 <= r->t1 && r->t1 <= r->t2 &&
							r->t2 <= r->t3 && r->t2 <= r->t4;

	if (!r->t0 || !in_order)
		fail("stamps of page %llu are missing or out of order: t0 %llu, t1 %llu, t2 %llu, t3 %llu, t4 %llu",
		     (ull)page, (ull)r->t0, (ull)r->t1, (ull)r->t2, (ull)r->t3, (ull)r->t4);
}

/*
 * Faults must have come the way that the mode stands for, or the figures have the
 * wrong name. The guest is the only one to touch the memory here.
 */
static void check_ways(const struct run *run)
{
	const struct mode *mode = run->mode;
	uint64_t by_exit = mode->has_exits ? run->pages_total : 0;
	uint64_t by_event = mode->has_uffds && !mode->has_exits ? run->pages_total : 0;

	if (run->exits < by_exit || (!by_exit && run->exits))
		fail("%llu faults came as exits of KVM_RUN, in a mode where %llu should have",
		     (ull)run->exits, (ull)by_exit);
	if (run->uffd_events < by_event || (!by_event && run->uffd_events))
		fail("%llu faults came through userfaultfds, in a mode where %llu should have",
		     (ull)run->uffd_events, (ull)by_event);
}

void run_check(const struct run *run, const struct guest_vcpu *blocks)
{
	uint64_t expected = run->mode->is_passive ? 0 : run->pages_total;

	check_contents(run, blocks);
	check_ways(run);
	if (run->fetches != expected)
		fail("%llu fetches were made for %llu pages", (ull)run->fetches, (ull)expected);
	for (uint64_t page = 0; page < run->pages_total; page++)
		check_stamps(run, page);
}
