// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM Userfault: mappings of one page while on, which stay when it is turned off. KVM
 * does not count mappings on arm64, so their sizes are told by what faults.
 */
#include <string.h>
#include <sys/mman.h>

#include "../test.h"
#include "../world.h"

/* Every page has faulted by itself. */
static void expect_small(struct world *w, const char *when)
{
	const uint64_t exits = exits_of_reading(&w->vcpus[0], w->pages);

	check(exits >= w->pages, "%s: %llu pages took %llu exits only", when,
	      (unsigned long long)w->pages, (unsigned long long)exits);
}

/* Either all is mapped, or one fault maps all. */
static void expect_few(struct world *w, const char *when)
{
	const uint64_t exits = exits_of_reading(&w->vcpus[0], w->pages);

	check(exits < FEW_EXITS, "%s: %llu pages took %llu exits", when,
	      (unsigned long long)w->pages, (unsigned long long)exits);
}

/* The slot without userfault and mapped by one huge page; skips where that is not to be had. */
static void map_huge(struct world *w)
{
	create_world(w, 0);
	need_userfault(w);
	madvise(w->memory, HUGE_BYTES, MADV_HUGEPAGE);
	memset(w->memory, 1, HUGE_BYTES);
	set_slot(w, 0);
	if (exits_of_reading(&w->vcpus[0], w->pages) >= FEW_EXITS)
		skip("no huge page for the tested memory: transparent huge pages off, or memory too fragmented");
}

static void small_while_on(void)
{
	struct world w;

	map_huge(&w);
	set_slot(&w, ABI_MEM_USERFAULT);
	expect_small(&w, "after turning on");
	expect_few(&w, "once mapped");
	set_bit(&w, 3);
	set_slot(&w, 0);
	set_slot(&w, ABI_MEM_USERFAULT);
	expect_read_fault(&w.vcpus[0], 3, ABI_MEMORY_EXIT_FLAG_USERFAULT);
}

/*
 * Huge or small, a mapping that is left means that only the doorbell leaves the guest. An
 * interrupt that comes at the time does not do so in all rounds.
 */
static void turning_off_leaves_mappings(void)
{
	uint64_t exits, least = UINT64_MAX;
	struct world w;

	map_huge(&w);
	for (unsigned int round = 0; round < 8; round++) {
		set_slot(&w, ABI_MEM_USERFAULT);
		exits = exits_of_reading(&w.vcpus[0], 1);
		check(exits >= 2, "turning on: the page was mapped without a fault");
		set_slot(&w, 0);
		exits = exits_of_reading(&w.vcpus[0], 1);
		least = exits < least ? exits : least;
	}
	check_equal("exits of reading a page after turning off", least, 1);
}

/* What is mapped after turning off is huge again where it can be. */
static void huge_when_mapped_anew(void)
{
	struct world w;

	map_huge(&w);
	set_slot(&w, ABI_MEM_USERFAULT);
	set_slot(&w, 0);
	expect_few(&w, "after turning on and off");
}

static void with_dirty_logging(void)
{
	struct world w;

	map_huge(&w);
	set_slot(&w, ABI_MEM_USERFAULT | KVM_MEM_LOG_DIRTY_PAGES);
	expect_small(&w, "with both");
	set_slot(&w, KVM_MEM_LOG_DIRTY_PAGES);
	expect_few(&w, "with userfault turned off");
	set_slot(&w, 0);
	expect_few(&w, "with dirty logging turned off");

	/* Dirty logging ends first: what is mapped must be small until userfault ends. */
	set_slot(&w, ABI_MEM_USERFAULT | KVM_MEM_LOG_DIRTY_PAGES);
	set_slot(&w, ABI_MEM_USERFAULT);
	expect_small(&w, "with userfault left");
	set_slot(&w, 0);
	expect_few(&w, "with userfault turned off last");
}

const struct kvm_test huge_page_tests[] = {
	{ "huge_pages.small_while_on", small_while_on },
	{ "huge_pages.turning_off_leaves_mappings", turning_off_leaves_mappings },
	{ "huge_pages.huge_when_mapped_anew", huge_when_mapped_anew },
	{ "huge_pages.with_dirty_logging", with_dirty_logging },
	{ 0 },
};
