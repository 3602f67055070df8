// SPDX-License-Identifier: GPL-2.0-only
/* KVM Userfault: mappings of one page while on, huge ones again once it is off. */
#include <string.h>
#include <sys/mman.h>

#include "../test.h"
#include "../world.h"

#define WORD 0xabcdefull

struct counts {
	uint64_t small, huge;
};

static struct counts count_mappings(struct world *w)
{
	return (struct counts){
		.small = vm_statistic(w, "pages_4k"),
		.huge = vm_statistic(w, "pages_2m"),
	};
}

/*
 * The slot with these flags and mapped by one huge page; skips where that is
 * not to be had. before: how many mappings there are besides it.
 */
static void map_huge(struct world *w, uint32_t flags, struct counts *before)
{
	create_world(w, 0);
	need_userfault(w);
	madvise(w->memory, HUGE_BYTES, MADV_HUGEPAGE);
	memset(w->memory, 0, HUGE_BYTES);
	*host_word(w, 0) = WORD;
	set_slot(w, flags);
	/* Whatever the guest itself needs is mapped by this. */
	give_command(&w->vcpus[0], COMMAND_READ, GUEST_IMAGE_GPA, 0);
	run_command(&w->vcpus[0]);
	before->huge = count_mappings(w).huge;
	check_equal("the word", guest_read(&w->vcpus[0], 0), WORD);
	/* With those of the guest's page tables, which stay. */
	before->small = count_mappings(w).small;
	if (count_mappings(w).huge != before->huge + 1)
		skip("no huge page for the tested memory: transparent huge pages off, or memory too fragmented");
}

static void small_while_on(void)
{
	struct counts before, now;
	struct world w;

	map_huge(&w, 0, &before);
	set_slot(&w, ABI_MEM_USERFAULT);
	check_equal("huge mappings after turning on", count_mappings(&w).huge, before.huge);
	for (uint64_t page = 0; page < 3; page++)
		guest_read(&w.vcpus[0], page);
	now = count_mappings(&w);
	check_equal("huge mappings while on", now.huge, before.huge);
	check_equal("small mappings while on", now.small, before.small + 3);
	set_bit(&w, 3);
	expect_read_fault(&w.vcpus[0], 3, ABI_MEMORY_EXIT_FLAG_USERFAULT);
}

static void expect_recovery(struct world *w, const struct counts *before)
{
	check_equal("the word", guest_read(&w->vcpus[0], 0), WORD);
	check_equal("huge mappings after turning off", count_mappings(w).huge, before->huge + 1);
}

static void huge_again_when_off(void)
{
	struct counts before;
	struct world w;

	map_huge(&w, 0, &before);
	set_slot(&w, ABI_MEM_USERFAULT);
	check_equal("the word", guest_read(&w.vcpus[0], 0), WORD);
	check_equal("huge mappings while on", count_mappings(&w).huge, before.huge);
	set_slot(&w, 0);
	expect_recovery(&w, &before);
}

static void huge_again_with_dirty_logging_off(void)
{
	struct counts before;
	struct world w;

	map_huge(&w, 0, &before);
	set_slot(&w, ABI_MEM_USERFAULT | KVM_MEM_LOG_DIRTY_PAGES);
	guest_write(&w.vcpus[0], 0, WORD);
	check_equal("huge mappings while on", count_mappings(&w).huge, before.huge);
	/* One after the other, then both at once. */
	set_slot(&w, KVM_MEM_LOG_DIRTY_PAGES);
	set_slot(&w, 0);
	expect_recovery(&w, &before);

	set_slot(&w, ABI_MEM_USERFAULT | KVM_MEM_LOG_DIRTY_PAGES);
	guest_write(&w.vcpus[0], 0, WORD);
	set_slot(&w, 0);
	expect_recovery(&w, &before);

	/* Dirty logging ends first: what is mapped must stay small until userfault ends. */
	set_slot(&w, ABI_MEM_USERFAULT | KVM_MEM_LOG_DIRTY_PAGES);
	guest_write(&w.vcpus[0], 0, WORD);
	set_slot(&w, ABI_MEM_USERFAULT);
	guest_write(&w.vcpus[0], 0, WORD);
	check_equal("huge mappings with userfault left", count_mappings(&w).huge, before.huge);
	set_slot(&w, 0);
	expect_recovery(&w, &before);
}

/* Dirty logging has no say in a slot that nobody can write to, nor may it get in the way. */
static void huge_again_on_a_read_only_slot(void)
{
	const uint32_t logged = KVM_MEM_READONLY | KVM_MEM_LOG_DIRTY_PAGES;
	struct counts before;
	struct world w;

	map_huge(&w, KVM_MEM_READONLY, &before);
	set_slot(&w, logged | ABI_MEM_USERFAULT);
	check_equal("the word", guest_read(&w.vcpus[0], 0), WORD);
	check_equal("huge mappings while on", count_mappings(&w).huge, before.huge);
	set_slot(&w, KVM_MEM_READONLY);
	expect_recovery(&w, &before);
}

const struct kvm_test huge_page_tests[] = {
	{ "huge_pages.small_while_on", small_while_on },
	{ "huge_pages.huge_again_when_off", huge_again_when_off },
	{ "huge_pages.huge_again_with_dirty_logging_off", huge_again_with_dirty_logging_off },
	{ "huge_pages.huge_again_on_a_read_only_slot", huge_again_on_a_read_only_slot },
	{ 0 },
};
