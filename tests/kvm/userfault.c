// SPDX-License-Identifier: GPL-2.0-only
/* KVM Userfault: which accesses exit, which do not, and when. */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "test.h"
#include "uffd_server.h"
#include "world.h"

#define USERFAULT ABI_MEMORY_EXIT_FLAG_USERFAULT
#define PAGE 7u
#define WORD 0x7654321ull

static const enum command accesses[] = { COMMAND_READ, COMMAND_WRITE, COMMAND_CALL };

#define ACCESSES (sizeof(accesses) / sizeof(accesses[0]))

static void set_bit_exits(void)
{
	struct world w;

	start_userfault(&w);
	for (uint64_t i = 0; i < ACCESSES; i++) {
		set_bit(&w, PAGE + i);
		give_command(&w.vcpus[0], accesses[i], page_gpa(PAGE + i), WORD);
		expect_fault(&w.vcpus[0], PAGE + i, USERFAULT);
		/* Nothing has changed, so neither does the answer. */
		expect_fault(&w.vcpus[0], PAGE + i, USERFAULT);
		*host_word(&w, PAGE + i) = CODE_RETURN;
		clear_bit(&w, PAGE + i);
		run_command(&w.vcpus[0]);
	}
	check_equal("what was written", *host_word(&w, PAGE + 1), WORD);
	check_equal("what was read", guest_read(&w.vcpus[0], PAGE), CODE_RETURN);
}

/* The guest's page tables are memory like any other. */
static void page_table_walk_exits(void)
{
	struct world w;

	if (!arch_has_stage_2())
		skip("with shadow paging KVM itself walks the guest's tables, and it is not caught");
	start_userfault(&w);
	set_bit(&w, PAGE);
	set_bit(&w, 0);
	give_command(&w.vcpus[0], COMMAND_READ_BY_TABLE, page_gpa(PAGE), 0);
	expect_fault(&w.vcpus[0], PAGE, USERFAULT);
	*host_word(&w, PAGE) = page_gpa(0) | BLOCK_BITS;
	clear_bit(&w, PAGE);
	expect_fault(&w.vcpus[0], 0, USERFAULT);
	*host_word(&w, 0) = WORD;
	clear_bit(&w, 0);
	check_equal("the word", run_command(&w.vcpus[0]), WORD);
}

static void bit_number_is_page_number(void)
{
	struct world w;

	start_userfault(&w);
	const uint64_t pages[] = { 0, 1, LONG_BITS - 1, LONG_BITS, w.pages - 1 };

	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		set_bit(&w, pages[i]);
		expect_read_fault(&w.vcpus[0], pages[i], USERFAULT);
		clear_bit(&w, pages[i]);
		run_command(&w.vcpus[0]);
	}
	/* All bits but one: only that page goes through. */
	memset((void *)w.bitmap, 0xff, w.pages / 8);
	clear_bit(&w, PAGE);
	check_equal("the word", guest_read(&w.vcpus[0], PAGE), 0);
	expect_read_fault(&w.vcpus[0], PAGE - 1, USERFAULT);
	expect_read_fault(&w.vcpus[1], PAGE + 1, USERFAULT);
}

static void clear_bit_fills_as_ever(void)
{
	struct world w;

	start_userfault(&w);
	*host_word(&w, PAGE) = WORD;
	check_equal("a present page", guest_read(&w.vcpus[0], PAGE), WORD);
	check_equal("a missing page", guest_read(&w.vcpus[0], PAGE + 1), 0);
}

static void fill_after_the_exit_is_seen(void)
{
	struct world w;

	start_userfault(&w);
	for (uint64_t page = 0; page < w.pages; page++) {
		set_bit(&w, page);
		expect_read_fault(&w.vcpus[0], page, USERFAULT);
		*host_word(&w, page) = WORD + page;
		clear_bit(&w, page);
		check_equal("the word", run_command(&w.vcpus[0]), WORD + page);
	}
}

/* What is not caught goes through: zeroes of a missing page, executed on x86-64, would write to it. */
static void present_page_exits_all_the_same(void)
{
	struct world w;

	start_userfault(&w);
	for (uint64_t i = 0; i < ACCESSES; i++) {
		*host_word(&w, PAGE + i) = CODE_RETURN;
		set_bit(&w, PAGE + i);
		give_command(&w.vcpus[0], accesses[i], page_gpa(PAGE + i), WORD);
		expect_fault(&w.vcpus[0], PAGE + i, USERFAULT);
		clear_bit(&w, PAGE + i);
		run_command(&w.vcpus[0]);
	}
	check_equal("what was written", *host_word(&w, PAGE + 1), WORD);
}

/* Who looked for the page would find it missing, and wait for somebody to provide it. */
static void bit_is_asked_before_the_page_is_looked_up(void)
{
	struct uffd_server server;
	struct world w;

	start_userfault(&w);
	start_uffd_server(&server, &w);
	set_bit(&w, PAGE);
	expect_read_fault(&w.vcpus[0], PAGE, USERFAULT);
	uffd_copy_quietly(&server, PAGE, WORD);
	clear_bit(&w, PAGE);
	check_equal("the word", run_command(&w.vcpus[0]), WORD);
	check_equal("userfaultfd events", server.events, 0);
}

/* KVM may map pages around the one that it was asked for, if they are present; not these. */
static void neighbours_are_not_mapped_along(void)
{
	struct vcpu *vcpu;
	struct world w;

	start_userfault(&w);
	vcpu = &w.vcpus[0];
	for (uint64_t page = 0; page < 64; page++) {
		*host_word(&w, page) = WORD + page;
		if (page % 2)
			set_bit(&w, page);
	}
	for (uint64_t page = 0; page < 64; page += 2)
		check_equal("the word", guest_read(vcpu, page), WORD + page);
	for (uint64_t page = 1; page < 64; page += 2) {
		expect_read_fault(vcpu, page, USERFAULT);
		clear_bit(&w, page);
		check_equal("the word", run_command(vcpu), WORD + page);
	}
}

/* The same with a page table of the guest's, which KVM reads ahead in where it shadows it. */
static void neighbours_in_a_guest_table_are_not_mapped_along(void)
{
	const uint64_t directory = HUGE_BYTES / PAGE_BYTES - 2, table = directory + 1;
	struct vcpu *vcpu;
	struct world w;

	start_userfault(&w);
	vcpu = &w.vcpus[0];
	*host_word(&w, directory) = page_gpa(table) | TABLE_BITS;
	for (uint64_t page = 0; page < 64; page++) {
		host_word(&w, table)[page] = page_gpa(page) | PAGE_BITS;
		*host_word(&w, page) = WORD + page;
		if (page % 2)
			set_bit(&w, page);
	}
	give_command(vcpu, COMMAND_READ_BY_TABLE, page_gpa(directory), 0);
	check_equal("the word", run_command(vcpu), WORD);
	for (uint64_t page = 1; page < 64; page++) {
		give_command(vcpu, COMMAND_READ, BY_TABLE + page * PAGE_BYTES, 0);
		if (page % 2) {
			expect_fault(vcpu, page, USERFAULT);
			clear_bit(&w, page);
		}
		check_equal("the word", run_command(vcpu), WORD + page);
	}
}

/* Also: a bitmap page that the kernel has to fault in is no error. */
static void bitmap_unmapped_at_fault_time(void)
{
	struct world w;
	void *mapped;

	start_userfault(&w);
	munmap((void *)w.bitmap, w.bitmap_bytes);
	give_command(&w.vcpus[0], COMMAND_READ, page_gpa(PAGE), 0);
	for (unsigned int i = 0; i < 2; i++)
		check(vcpu_run(&w.vcpus[0]) == VCPU_FAULT_UNKNOWN,
		      "without a bitmap KVM_RUN did not return a plain EFAULT");

	mapped = mmap((void *)w.bitmap, w.bitmap_bytes, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	check(mapped == (void *)w.bitmap, "mmap: %s", strerror(errno));
	check_equal("the word", run_command(&w.vcpus[0]), 0);

	set_bit(&w, PAGE + 1);
	check(!mprotect(mapped, w.bitmap_bytes, PROT_NONE), "mprotect: %s", strerror(errno));
	give_command(&w.vcpus[0], COMMAND_READ, page_gpa(PAGE + 1), 0);
	check(vcpu_run(&w.vcpus[0]) == VCPU_FAULT_UNKNOWN,
	      "with an inaccessible bitmap KVM_RUN did not return a plain EFAULT");
	check(!mprotect(mapped, w.bitmap_bytes, PROT_READ | PROT_WRITE), "mprotect: %s",
	      strerror(errno));
	expect_fault(&w.vcpus[0], PAGE + 1, USERFAULT);
}

static void bit_of_a_mapped_page_waits_for_toggle(void)
{
	struct vcpu *vcpu;
	struct world w;

	start_userfault(&w);
	vcpu = &w.vcpus[0];
	guest_write(vcpu, PAGE, WORD);
	set_bit(&w, PAGE);
	check_equal("a mapped page", guest_read(vcpu, PAGE), WORD);
	set_slot(&w, 0);
	set_slot(&w, ABI_MEM_USERFAULT);
	expect_read_fault(vcpu, PAGE, USERFAULT);
	clear_bit(&w, PAGE);
	check_equal("the word", run_command(vcpu), WORD);
}

/* Whether a write to a page that the dirty log has write-protected is looked up again. */
static void bit_of_a_mapped_page_and_permissions(void)
{
	uint64_t dirty[HUGE_BYTES / PAGE_BYTES / 64];
	struct kvm_dirty_log log = { .slot = VM_TEST_SLOT, .dirty_bitmap = dirty };
	struct vcpu *vcpu;
	struct world w;

	create_world(&w, 0);
	need_userfault(&w);
	vcpu = &w.vcpus[0];
	set_slot(&w, KVM_MEM_LOG_DIRTY_PAGES | ABI_MEM_USERFAULT);
	guest_write(vcpu, PAGE, CODE_RETURN);
	/* Write-protects what it has found dirty. */
	check(!ioctl(w.vm.fd, KVM_GET_DIRTY_LOG, &log), "KVM_GET_DIRTY_LOG: %s", strerror(errno));
	set_bit(&w, PAGE);
	give_command(vcpu, COMMAND_WRITE, page_gpa(PAGE), WORD);
	if (arch_asks_for_permissions()) {
		expect_fault(vcpu, PAGE, USERFAULT);
		expect_fault(vcpu, PAGE, USERFAULT);
		clear_bit(&w, PAGE);
	}
	run_command(vcpu);
	check_equal("the word", *host_word(&w, PAGE), WORD);
}

static void turning_on_zaps_mappings(void)
{
	struct vcpu *vcpu;
	struct world w;

	create_world(&w, 0);
	need_userfault(&w);
	vcpu = &w.vcpus[0];
	set_slot(&w, 0);
	for (uint64_t page = 0; page < w.pages; page++) {
		guest_write(vcpu, page, WORD + page);
		set_bit(&w, page);
	}
	set_slot(&w, ABI_MEM_USERFAULT);
	for (uint64_t page = 0; page < w.pages; page++) {
		expect_read_fault(vcpu, page, USERFAULT);
		clear_bit(&w, page);
		check_equal("the word", run_command(vcpu), WORD + page);
	}
}

static void turning_off_lets_all_through(void)
{
	struct vcpu *vcpu;
	struct world w;

	start_userfault(&w);
	vcpu = &w.vcpus[0];
	memset((void *)w.bitmap, 0xff, w.pages / 8);
	expect_read_fault(vcpu, PAGE, USERFAULT);
	set_slot(&w, 0);
	check_equal("the word", run_command(vcpu), 0);
	for (uint64_t page = 0; page < w.pages; page++)
		guest_write(vcpu, page, WORD);
}

/* Of memory that has no huge pages to go back to. */
static void turning_off_keeps_small_mappings(void)
{
	struct vcpu *vcpu;
	struct world w;

	start_userfault(&w);
	vcpu = &w.vcpus[0];
	memset(w.memory, 1, HUGE_BYTES);
	check(exits_of_reading(vcpu, w.pages) >= w.pages, "pages were mapped without a fault");
	check(exits_of_reading(vcpu, w.pages) < FEW_EXITS, "pages that are mapped fault");
	set_slot(&w, 0);
	check(exits_of_reading(vcpu, w.pages) < FEW_EXITS, "turning off has zapped mappings");
}

static void changed_bitmap_address_counts(void)
{
	_Atomic unsigned long *first, *second;
	struct vcpu *vcpu;
	struct world w;

	start_userfault(&w);
	vcpu = &w.vcpus[0];
	first = w.bitmap;
	second = mmap(NULL, w.bitmap_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		      0);
	check(second != MAP_FAILED, "mmap: %s", strerror(errno));
	guest_write(vcpu, PAGE + 2, WORD);
	set_bit(&w, PAGE);
	expect_read_fault(vcpu, PAGE, USERFAULT);

	w.bitmap = second;
	w.region.userfault_bitmap = (uintptr_t)second;
	set_bit(&w, PAGE + 1);
	set_bit(&w, PAGE + 2);
	set_slot(&w, ABI_MEM_USERFAULT);
	check_equal("the word", run_command(vcpu), 0);
	/* What is mapped since the first one is asked about again. */
	expect_read_fault(vcpu, PAGE + 2, USERFAULT);
	clear_bit(&w, PAGE + 2);
	check_equal("the word", run_command(vcpu), WORD);
	expect_read_fault(vcpu, PAGE + 1, USERFAULT);

	/* The first one is not looked at any more, so it can go. */
	munmap((void *)first, w.bitmap_bytes);
	expect_fault(vcpu, PAGE + 1, USERFAULT);
	clear_bit(&w, PAGE + 1);
	run_command(vcpu);
}

static void with_exit_on_missing(void)
{
	struct vcpu *vcpu;
	struct world w;

	create_world(&w, 0);
	need_userfault(&w);
	need_exit_on_missing(&w);
	set_slot(&w, ABI_MEM_USERFAULT | ABI_MEM_EXIT_ON_MISSING);
	vcpu = &w.vcpus[0];
	set_bit(&w, PAGE);
	expect_read_fault(vcpu, PAGE, USERFAULT);
	clear_bit(&w, PAGE);
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

	create_world(&w, 0);
	need_userfault(&w);
	vcpu = &w.vcpus[0];
	set_slot(&w, KVM_MEM_LOG_DIRTY_PAGES);
	guest_write(vcpu, PAGE, WORD);
	set_bit(&w, PAGE);
	set_slot(&w, KVM_MEM_LOG_DIRTY_PAGES | ABI_MEM_USERFAULT);
	give_command(vcpu, COMMAND_WRITE, page_gpa(PAGE), WORD + 1);
	expect_fault(vcpu, PAGE, USERFAULT);
	check(!ioctl(w.vm.fd, KVM_GET_DIRTY_LOG, &log), "KVM_GET_DIRTY_LOG: %s", strerror(errno));
	check_equal("the log before turning userfault on", dirty[PAGE / 64], 1ull << PAGE % 64);
	clear_bit(&w, PAGE);
	run_command(vcpu);
	check(!ioctl(w.vm.fd, KVM_GET_DIRTY_LOG, &log), "KVM_GET_DIRTY_LOG: %s", strerror(errno));
	check_equal("the log after the write", dirty[PAGE / 64], 1ull << PAGE % 64);
	set_slot(&w, 0);
	check_equal("the word", guest_read(vcpu, PAGE), WORD + 1);
}

/* In one call: what is mapped for writing must not escape the log. */
static void dirty_logging_starts_as_it_ends(void)
{
	uint64_t dirty[HUGE_BYTES / PAGE_BYTES / 64] = { 0 };
	struct kvm_dirty_log log = { .slot = VM_TEST_SLOT, .dirty_bitmap = dirty };
	struct world w;

	start_userfault(&w);
	guest_write(&w.vcpus[0], PAGE, WORD);
	set_slot(&w, KVM_MEM_LOG_DIRTY_PAGES);
	guest_write(&w.vcpus[0], PAGE, WORD + 1);
	check(!ioctl(w.vm.fd, KVM_GET_DIRTY_LOG, &log), "KVM_GET_DIRTY_LOG: %s", strerror(errno));
	check_equal("the log after the write", dirty[PAGE / 64], 1ull << PAGE % 64);
}

static void on_a_read_only_slot(void)
{
	struct world w;

	create_world(&w, 0);
	need_userfault(&w);
	*host_word(&w, PAGE) = WORD;
	set_bit(&w, PAGE);
	set_slot(&w, ABI_MEM_USERFAULT | KVM_MEM_READONLY);
	expect_read_fault(&w.vcpus[0], PAGE, USERFAULT);
	clear_bit(&w, PAGE);
	check_equal("the word", run_command(&w.vcpus[0]), WORD);
}

const struct kvm_test userfault_tests[] = {
	{ "userfault.set_bit_exits", set_bit_exits },
	{ "userfault.page_table_walk_exits", page_table_walk_exits },
	{ "userfault.bit_number_is_page_number", bit_number_is_page_number },
	{ "userfault.clear_bit_fills_as_ever", clear_bit_fills_as_ever },
	{ "userfault.fill_after_the_exit_is_seen", fill_after_the_exit_is_seen },
	{ "userfault.present_page_exits_all_the_same", present_page_exits_all_the_same },
	{ "userfault.bit_is_asked_before_the_page_is_looked_up",
	  bit_is_asked_before_the_page_is_looked_up },
	{ "userfault.neighbours_are_not_mapped_along", neighbours_are_not_mapped_along },
	{ "userfault.neighbours_in_a_guest_table_are_not_mapped_along",
	  neighbours_in_a_guest_table_are_not_mapped_along },
	{ "userfault.bitmap_unmapped_at_fault_time", bitmap_unmapped_at_fault_time },
	{ "userfault.bit_of_a_mapped_page_waits_for_toggle",
	  bit_of_a_mapped_page_waits_for_toggle },
	{ "userfault.bit_of_a_mapped_page_and_permissions", bit_of_a_mapped_page_and_permissions },
	{ "userfault.turning_on_zaps_mappings", turning_on_zaps_mappings },
	{ "userfault.turning_off_lets_all_through", turning_off_lets_all_through },
	{ "userfault.turning_off_keeps_small_mappings", turning_off_keeps_small_mappings },
	{ "userfault.changed_bitmap_address_counts", changed_bitmap_address_counts },
	{ "userfault.with_exit_on_missing", with_exit_on_missing },
	{ "userfault.with_dirty_logging", with_dirty_logging },
	{ "userfault.dirty_logging_starts_as_it_ends", dirty_logging_starts_as_it_ends },
	{ "userfault.on_a_read_only_slot", on_a_read_only_slot },
	{ 0 },
};
