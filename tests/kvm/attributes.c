// SPDX-License-Identifier: GPL-2.0-only
/* KVM_MEMORY_ATTRIBUTE_USERFAULT: which accesses of vCPUs exit, and when. */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "attributes.h"
#include "test.h"

#define USERFAULT ABI_MEMORY_EXIT_FLAG_USERFAULT
#define PAGE 13u
#define WORD 0x1357924ull

static const enum command accesses[] = { COMMAND_READ, COMMAND_WRITE, COMMAND_CALL };

#define ACCESSES (sizeof(accesses) / sizeof(accesses[0]))

static void page_exits(void)
{
	struct world w;

	start_attributes(&w);
	set_attribute(&w, PAGE, ACCESSES);
	for (uint64_t i = 0; i < ACCESSES; i++) {
		give_command(&w.vcpus[0], accesses[i], page_gpa(PAGE + i), WORD);
		expect_fault(&w.vcpus[0], PAGE + i, USERFAULT);
		/* Nothing has changed, so neither does the answer. */
		expect_fault(&w.vcpus[0], PAGE + i, USERFAULT);
		*host_word(&w, PAGE + i) = CODE_RETURN;
		clear_attribute(&w, PAGE + i, 1);
		run_command(&w.vcpus[0]);
	}
	check_equal("what was written", *host_word(&w, PAGE + 1), WORD);
	check_equal("what was read", guest_read(&w.vcpus[0], PAGE), CODE_RETURN);
}

static void page_table_walk_exits(void)
{
	struct world w;

	if (!arch_has_stage_2())
		skip("with shadow paging KVM itself walks the guest's tables, and waits");
	start_attributes(&w);
	set_attribute(&w, 0, PAGE + 1);
	give_command(&w.vcpus[0], COMMAND_READ_BY_TABLE, page_gpa(PAGE), 0);
	expect_fault(&w.vcpus[0], PAGE, USERFAULT);
	*host_word(&w, PAGE) = page_gpa(0) | BLOCK_BITS;
	clear_attribute(&w, PAGE, 1);
	expect_fault(&w.vcpus[0], 0, USERFAULT);
	*host_word(&w, 0) = WORD;
	clear_attribute(&w, 0, 1);
	check_equal("the word", run_command(&w.vcpus[0]), WORD);
}

static void only_this_page_exits(void)
{
	struct world w;

	start_attributes(&w);
	const uint64_t pages[] = { 0, PAGE, w.pages - 1 };

	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++)
		set_attribute(&w, pages[i], 1);
	for (uint64_t page = 0; page < w.pages; page++)
		if (page != pages[0] && page != pages[1] && page != pages[2])
			guest_write(&w.vcpus[0], page, WORD);
	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		expect_read_fault(&w.vcpus[0], pages[i], USERFAULT);
		clear_attribute(&w, pages[i], 1);
		check_equal("the word", run_command(&w.vcpus[0]), 0);
	}
}

/* Pages are present on the host before, or are not. */
static void content_is_seen(void)
{
	struct world w;

	start_attributes(&w);
	set_attribute(&w, 0, w.pages);
	for (uint64_t page = 0; page < w.pages; page++) {
		if (page % 2)
			*host_word(&w, page) = WORD;
		expect_read_fault(&w.vcpus[0], page, USERFAULT);
		*host_word(&w, page) = WORD + page;
		clear_attribute(&w, page, 1);
		check_equal("the word", run_command(&w.vcpus[0]), WORD + page);
	}
}

static void setting_it_zaps_mappings(void)
{
	struct vcpu *vcpu;
	struct world w;

	start_attributes(&w);
	vcpu = &w.vcpus[0];
	for (uint64_t page = 0; page < w.pages; page++)
		guest_write(vcpu, page, WORD + page);
	set_attribute(&w, 0, w.pages);
	for (uint64_t page = 0; page < w.pages; page++) {
		expect_read_fault(vcpu, page, USERFAULT);
		clear_attribute(&w, page, 1);
		check_equal("the word", run_command(vcpu), WORD + page);
	}
	/* The same of one page amid others that are mapped. */
	set_attribute(&w, PAGE, 1);
	check_equal("the page before", guest_read(vcpu, PAGE - 1), WORD + PAGE - 1);
	check_equal("the page after", guest_read(vcpu, PAGE + 1), WORD + PAGE + 1);
	expect_read_fault(vcpu, PAGE, USERFAULT);
}

/* Others stay mapped when it is cleared, and so does what had no attribute. */
static void clearing_it_keeps_mappings(void)
{
	struct vcpu *vcpu;
	struct world w;

	start_attributes(&w);
	vcpu = &w.vcpus[0];
	memset(w.memory, 1, HUGE_BYTES);
	exits_of_reading(vcpu, w.pages - 1);
	set_attribute(&w, w.pages - 1, 1);
	exits_of_reading(vcpu, w.pages - 1);
	clear_attribute(&w, 0, w.pages);
	check(exits_of_reading(vcpu, w.pages - 1) < FEW_EXITS, "clearing has zapped mappings");
}

/* KVM may map pages around the one that it was asked for, if they are present; not these. */
static void neighbours_are_not_mapped_along(void)
{
	struct vcpu *vcpu;
	struct world w;

	start_attributes(&w);
	vcpu = &w.vcpus[0];
	for (uint64_t page = 0; page < 64; page++) {
		*host_word(&w, page) = WORD + page;
		if (page % 2)
			set_attribute(&w, page, 1);
	}
	for (uint64_t page = 0; page < 64; page += 2)
		check_equal("the word", guest_read(vcpu, page), WORD + page);
	for (uint64_t page = 1; page < 64; page += 2) {
		expect_read_fault(vcpu, page, USERFAULT);
		clear_attribute(&w, page, 1);
		check_equal("the word", run_command(vcpu), WORD + page);
	}
}

/* Either is enough to exit, and both must be cleared. */
static void bitmap_is_asked_as_well(void)
{
	struct vcpu *vcpu;
	struct world w;

	create_world(&w, 0);
	need_attributes(&w);
	need_userfault(&w);
	enable_attributes(&w);
	set_slot(&w, ABI_MEM_USERFAULT);
	vcpu = &w.vcpus[0];
	set_bit(&w, PAGE);
	set_bit(&w, PAGE + 1);
	set_attribute(&w, PAGE + 1, 2);
	expect_read_fault(vcpu, PAGE, USERFAULT);
	clear_bit(&w, PAGE);
	run_command(vcpu);
	expect_read_fault(vcpu, PAGE + 1, USERFAULT);
	clear_attribute(&w, PAGE + 1, 1);
	expect_fault(vcpu, PAGE + 1, USERFAULT);
	clear_bit(&w, PAGE + 1);
	run_command(vcpu);
	expect_read_fault(vcpu, PAGE + 2, USERFAULT);
	clear_attribute(&w, PAGE + 2, 1);
	run_command(vcpu);
}

static void with_exit_on_missing(void)
{
	struct vcpu *vcpu;
	struct world w;

	create_world(&w, 0);
	need_attributes(&w);
	need_exit_on_missing(&w);
	enable_attributes(&w);
	set_slot(&w, ABI_MEM_EXIT_ON_MISSING);
	vcpu = &w.vcpus[0];
	set_attribute(&w, PAGE, 1);
	expect_read_fault(vcpu, PAGE, USERFAULT);
	clear_attribute(&w, PAGE, 1);
	expect_fault(vcpu, PAGE, 0);
	*host_word(&w, PAGE) = WORD;
	check_equal("the word", run_command(vcpu), WORD);
}

static void with_dirty_logging(void)
{
	uint64_t dirty[HUGE_BYTES / PAGE_BYTES / 64] = { 0 };
	struct kvm_dirty_log log = { .slot = VM_TEST_SLOT, .dirty_bitmap = dirty };
	struct vcpu *vcpu;
	struct world w;

	start_attributes(&w);
	vcpu = &w.vcpus[0];
	set_attribute(&w, PAGE, 1);
	set_slot(&w, KVM_MEM_LOG_DIRTY_PAGES);
	give_command(vcpu, COMMAND_WRITE, page_gpa(PAGE), WORD);
	expect_fault(vcpu, PAGE, USERFAULT);
	check(!ioctl(w.vm.fd, KVM_GET_DIRTY_LOG, &log), "KVM_GET_DIRTY_LOG: %s", strerror(errno));
	check_equal("the log before", dirty[PAGE / 64], 0);
	clear_attribute(&w, PAGE, 1);
	run_command(vcpu);
	check(!ioctl(w.vm.fd, KVM_GET_DIRTY_LOG, &log), "KVM_GET_DIRTY_LOG: %s", strerror(errno));
	check_equal("the log after the write", dirty[PAGE / 64], 1ull << PAGE % 64);
	set_attribute(&w, PAGE, 1);
	set_slot(&w, 0);
	expect_read_fault(vcpu, PAGE, USERFAULT);
}

/* It is of guest addresses, whatever memslots there are. */
static void stays_when_slots_go(void)
{
	struct vcpu *vcpu;
	struct world w;

	start_attributes(&w);
	vcpu = &w.vcpus[0];
	set_attribute(&w, PAGE, 1);
	w.region.memory_size = 0;
	set_slot(&w, 0);
	w.region.memory_size = HUGE_BYTES;
	w.region.guest_phys_addr = page_gpa(1);
	set_slot(&w, 0);
	expect_read_fault(vcpu, PAGE, USERFAULT);
	*host_word(&w, PAGE - 1) = WORD;
	clear_attribute(&w, PAGE, 1);
	check_equal("the word", run_command(vcpu), WORD);
	set_attribute(&w, PAGE + 1, 1);
	w.region.guest_phys_addr = page_gpa(0);
	set_slot(&w, 0);
	check_equal("the word", guest_read(vcpu, PAGE - 1), WORD);
	expect_read_fault(vcpu, PAGE + 1, USERFAULT);
}

static void pre_fault_stops(void)
{
	struct pre_fault range = { .gpa = page_gpa(0), .size = 2 * PAGE_BYTES };
	struct world w;

	start_attributes(&w);
	need_pre_fault(&w);
	set_attribute(&w, 1, 1);
	mark_run(&w.vcpus[0]);
	check_equal("what stops at the second page", pre_fault(&w.vcpus[0], &range), 0);
	check_equal("the end of what was mapped", range.gpa, page_gpa(1));
	check_equal("what is left", range.size, PAGE_BYTES);
	check_equal("what stops at the first page", -pre_fault(&w.vcpus[0], &range), EFAULT);
	check_run_is_marked(&w.vcpus[0]);
	expect_read_fault(&w.vcpus[0], 1, USERFAULT);
}

/* All at once, and none is back when it is enabled again. */
static void disabling_clears_all(void)
{
	struct vcpu *vcpu;
	struct world w;

	start_attributes(&w);
	vcpu = &w.vcpus[0];
	set_attribute(&w, 0, 3);
	set_attribute(&w, PAGE, w.pages - PAGE);
	/* Where no slot is, too. */
	set_attribute(&w, 2 * w.pages, 1);
	expect_read_fault(vcpu, PAGE, USERFAULT);
	disable_attributes(&w);
	run_command(vcpu);
	enable_attributes(&w);
	for (uint64_t page = 0; page < w.pages; page++)
		check_equal("the word", guest_read(vcpu, page), 0);
	set_attribute(&w, PAGE, 1);
	expect_read_fault(vcpu, PAGE, USERFAULT);
}

/* With one page that differs, none of them is mapped along with others; then all are again. */
static void huge_mappings_where_pages_are_alike(void)
{
	const char *const no_huge =
		"no huge page for the tested memory: transparent huge pages off, "
		"or memory too fragmented";
	struct vcpu *vcpu;
	struct world w;

	create_world(&w, 0);
	need_attributes(&w);
	enable_attributes(&w);
	madvise(w.memory, HUGE_BYTES, MADV_HUGEPAGE);
	memset(w.memory, 1, HUGE_BYTES);
	set_slot(&w, 0);
	vcpu = &w.vcpus[0];
	if (exits_of_reading(vcpu, w.pages) >= FEW_EXITS)
		skip("%s", no_huge);
	for (unsigned int round = 0; round < 2; round++) {
		set_attribute(&w, w.pages - 1, 1);
		check(exits_of_reading(vcpu, w.pages - 1) >= w.pages - 1,
		      "pages were mapped along with one that exits");
		expect_read_fault(vcpu, w.pages - 1, USERFAULT);
		/* All of them anew. */
		set_attribute(&w, 0, w.pages);
		clear_attribute(&w, 0, w.pages);
		run_command(vcpu);
		check(exits_of_reading(vcpu, w.pages) < FEW_EXITS,
		      "pages are not mapped together again");
		/* A slot that is created later. */
		set_attribute(&w, w.pages - 1, 1);
		w.region.memory_size = 0;
		set_slot(&w, 0);
		w.region.memory_size = HUGE_BYTES;
		set_slot(&w, 0);
		check(exits_of_reading(vcpu, w.pages - 1) >= w.pages - 1,
		      "in a new slot, pages were mapped along with one that exits");
		disable_attributes(&w);
		enable_attributes(&w);
		set_attribute(&w, 0, w.pages);
		clear_attribute(&w, 0, w.pages);
		check(exits_of_reading(vcpu, w.pages) < FEW_EXITS,
		      "after disabling, pages are not mapped together again");
	}
}

const struct kvm_test attribute_tests[] = {
	{ "attributes.page_exits", page_exits },
	{ "attributes.page_table_walk_exits", page_table_walk_exits },
	{ "attributes.only_this_page_exits", only_this_page_exits },
	{ "attributes.content_is_seen", content_is_seen },
	{ "attributes.setting_it_zaps_mappings", setting_it_zaps_mappings },
	{ "attributes.clearing_it_keeps_mappings", clearing_it_keeps_mappings },
	{ "attributes.neighbours_are_not_mapped_along", neighbours_are_not_mapped_along },
	{ "attributes.bitmap_is_asked_as_well", bitmap_is_asked_as_well },
	{ "attributes.with_exit_on_missing", with_exit_on_missing },
	{ "attributes.with_dirty_logging", with_dirty_logging },
	{ "attributes.stays_when_slots_go", stays_when_slots_go },
	{ "attributes.pre_fault_stops", pre_fault_stops },
	{ "attributes.disabling_clears_all", disabling_clears_all },
	{ "attributes.huge_mappings_where_pages_are_alike", huge_mappings_where_pages_are_alike },
	{ 0 },
};
