// SPDX-License-Identifier: GPL-2.0-only
#include "check.h"

#include "../../workloads/workload.h"
#include "fail.h"

typedef unsigned long long ull;

/* No page may have had other content than it must, at any time that the guest looked. */
static void check_contents(const struct measurement *m)
{
	uint64_t verified = 0, wrong = 0, wrong_page = 0;

	for (unsigned int i = 0; i < m->point->vcpus; i++) {
		verified += m->blocks[i].pages_verified;
		wrong += m->blocks[i].pages_wrong;
		if (m->blocks[i].pages_wrong)
			wrong_page = m->blocks[i].wrong_page;
	}
	if (wrong)
		fail("%llu page checks found wrong content, for example in page %llu", (ull)wrong,
		     (ull)wrong_page);
	if (verified != m->pages_total)
		fail("%llu of %llu pages were verified", (ull)verified, (ull)m->pages_total);
}

/* t3 may be later than t4: the guest can be through before the handler's last call returns. */
static void check_stamps(const struct measurement *m, uint64_t page)
{
	const struct page_record *r = &m->records[page];
	bool came_with_another = page != grain_begin(m, page);
	bool in_order = mode_is_passive(m->mode) || came_with_another ?
				r->t0 <= r->t4 :
				r->t0 <= r->t1 && r->t1 <= r->t2 && r->t2 <= r->t3 &&
					r->t2 <= r->t4;

	if (!r->t0 || !in_order)
		fail("stamps of page %llu are missing or out of order: t0 %llu, t1 %llu, t2 %llu, t3 %llu, t4 %llu",
		     (ull)page, (ull)r->t0, (ull)r->t1, (ull)r->t2, (ull)r->t3, (ull)r->t4);
}

static void check_way(const struct measurement *m, enum way way, uint64_t expected)
{
	static const char *const words[] = {
#define WAY(symbol, member, words) [WAY_##symbol] = words,
		WAYS
#undef WAY
	};
	const uint64_t came = m->told[way];

	if (came < expected || (!expected && came))
		fail("%llu faults came %s, in a mode where %llu should have", (ull)came, words[way],
		     (ull)expected);
}

/*
 * Faults must have come the way that the mode stands for, or the figures have the
 * wrong name. The guest is the only one to touch the memory here.
 */
static void check_ways(const struct measurement *m)
{
	uint64_t expected, came = 0;

	/* Of KVM's own accesses, the way is another. */
	for (enum way way = WAY_NONE + 1; way < WAY_COUNT; way++) {
		if (m->point->workload == WORKLOAD_kvm_writes)
			came += m->told[way];
		else
			check_way(m, way, way == m->mode->way ? grains_total(m) : 0);
	}
	expected = m->mode->way == WAY_NONE ? 0 : grains_total(m);
	if (m->point->workload == WORKLOAD_kvm_writes && came < expected)
		fail("%llu faults came, of %llu pages", (ull)came, (ull)expected);
}

/* And what the guest was told of must be what user space was, and has told. */
static void check_async(const struct measurement *m)
{
	uint64_t not_present = 0, ready = 0, async = m->async_exits;

	for (unsigned int i = 0; i < m->point->vcpus; i++) {
		not_present += m->blocks[i].pages_not_present;
		ready += m->blocks[i].pages_ready;
	}
	if (not_present != async || ready != async)
		fail("%llu exits were asynchronous, but guests were told of %llu pages not present and %llu ready",
		     (ull)async, (ull)not_present, (ull)ready);
}

void check_measurement(const struct measurement *m)
{
	uint64_t expected = mode_is_passive(m->mode) ? 0 : grains_total(m);

	check_contents(m);
	check_ways(m);
	check_async(m);
	if (m->fetches != expected)
		fail("%llu fetches were made for %llu %s", (ull)m->fetches, (ull)expected,
		     m->grain_pages > 1 ? "huge pages" : "pages");
	for (uint64_t page = 0; page < m->pages_total; page++)
		check_stamps(m, page);
}
