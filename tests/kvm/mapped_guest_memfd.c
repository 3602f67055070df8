// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM Userfault on slots with a guest_memfd that the VMM maps, as kernels from 6.18 on have
 * it: what the VMM writes there is what the guest reads, and no access is a private one.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "accessors.h"
#include "attributes.h"
#include "guest_memfd.h"
#include "test.h"

#define USERFAULT ABI_MEMORY_EXIT_FLAG_USERFAULT
#define ON (ABI_MEM_GUEST_MEMFD | ABI_MEM_USERFAULT)
#define PAGE 11u
#define WORD 0x9e3779bull

#define CAP_GUEST_MEMFD_FLAGS 244
#define MEMFD_MMAP (1ull << 0)
#define MEMFD_INIT_SHARED (1ull << 1)
#define MAPPED (MEMFD_MMAP | MEMFD_INIT_SHARED)

/*
 * A world whose memory is a guest_memfd, mapped where it was. Returns the first vCPU. For
 * prepare, see create_prepared_world().
 */
static struct vcpu *start_prepared(struct world *w, void (*prepare)(struct vm *vm))
{
	create_prepared_world(w, prepare);
	need_userfault(w);
	if ((vm_capability(&w->vm, CAP_GUEST_MEMFD_FLAGS) & MAPPED) != MAPPED)
		skip("this KVM has no guest_memfd that can be mapped");
	w->region.guest_memfd = create_memfd(w, MAPPED);
	check(mmap(w->memory, HUGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED,
		   w->region.guest_memfd, 0) == w->memory,
	      "mmap of a guest_memfd: %s", strerror(errno));
	return &w->vcpus[0];
}

static struct vcpu *start_without_slot(struct world *w)
{
	return start_prepared(w, NULL);
}

/* The same, and the slot with these flags besides KVM_MEM_GUEST_MEMFD. */
static struct vcpu *start(struct world *w, uint32_t flags)
{
	struct vcpu *vcpu = start_without_slot(w);

	set_slot(w, ABI_MEM_GUEST_MEMFD | flags);
	return vcpu;
}

/* A slot that had the flag for a moment, and then one page written. */
static struct vcpu *start_toggled(struct world *w)
{
	struct vcpu *vcpu = start(w, 0);

	toggle(w);
	guest_write(vcpu, PAGE, WORD);
	return vcpu;
}

static void set_bit_exits(void)
{
	struct vcpu *vcpu;
	struct world w;

	vcpu = start(&w, ABI_MEM_USERFAULT);
	set_bit(&w, PAGE);
	expect_read_fault(vcpu, PAGE, USERFAULT);
	expect_fault(vcpu, PAGE, USERFAULT);
	*host_word(&w, PAGE) = WORD;
	clear_bit(&w, PAGE);
	check_equal("the word", run_command(vcpu), WORD);

	set_bit(&w, PAGE + 1);
	give_command(vcpu, COMMAND_WRITE, page_gpa(PAGE + 1), WORD);
	expect_fault(vcpu, PAGE + 1, USERFAULT);
	clear_bit(&w, PAGE + 1);
	run_command(vcpu);
	check_equal("the word on the host", *host_word(&w, PAGE + 1), WORD);
}

static void instruction_fetch_exits(void)
{
	struct vcpu *vcpu;
	struct world w;

	vcpu = start(&w, ABI_MEM_USERFAULT);
	set_bit(&w, PAGE);
	give_command(vcpu, COMMAND_CALL, page_gpa(PAGE), 0);
	expect_fault(vcpu, PAGE, USERFAULT);
}

/* The bitmap decides, and not what the file or the VMM has. */
static void present_page_exits_all_the_same(void)
{
	struct vcpu *vcpu;
	struct world w;

	vcpu = start(&w, ABI_MEM_USERFAULT);
	*host_word(&w, PAGE) = WORD;
	set_bit(&w, PAGE);
	expect_read_fault(vcpu, PAGE, USERFAULT);
	clear_bit(&w, PAGE);
	check_equal("the word", run_command(vcpu), WORD);
}

static void needs_no_mapping(void)
{
	struct vcpu *vcpu;
	struct world w;

	vcpu = start(&w, ABI_MEM_USERFAULT);
	*host_word(&w, PAGE) = WORD;
	set_bit(&w, PAGE);
	munmap(w.memory, HUGE_BYTES);
	expect_read_fault(vcpu, PAGE, USERFAULT);
	clear_bit(&w, PAGE);
	check_equal("the word", run_command(vcpu), WORD);
}

static void toggled_on_a_live_slot(void)
{
	struct vcpu *vcpu;
	struct world w;

	vcpu = start(&w, 0);
	guest_write(vcpu, PAGE, WORD);
	set_bit(&w, PAGE);
	for (unsigned int i = 0; i < 3; i++) {
		set_slot(&w, ON);
		expect_read_fault(vcpu, PAGE, USERFAULT);
		set_slot(&w, ABI_MEM_GUEST_MEMFD);
		check_equal("the word", run_command(vcpu), WORD);
	}
	guest_write(vcpu, PAGE + 1, WORD);
	check_equal("the word on the host", *host_word(&w, PAGE + 1), WORD);
}

static void nothing_else_can_change(void)
{
	struct vcpu *vcpu;
	struct world w;

	vcpu = start(&w, 0);
	guest_write(vcpu, PAGE, WORD);
	expect_nothing_else_can_change(&w, MAPPED);

	/* And all that has left the slot as it was. */
	check_equal("the word", guest_read(vcpu, PAGE), WORD);
	set_bit(&w, PAGE);
	set_slot(&w, ON);
	expect_read_fault(vcpu, PAGE, USERFAULT);
	/* The same again is no change. */
	set_slot(&w, ON);
	expect_fault(vcpu, PAGE, USERFAULT);
}

/* KVM never looks at what the VMM has mapped of it, so nothing can be missing there. */
static void not_with_exit_on_missing(void)
{
	struct world w;

	start_without_slot(&w);
	expect_refused(&w, ABI_MEM_GUEST_MEMFD | ABI_MEM_EXIT_ON_MISSING, "exit on missing");
	expect_refused(&w, ON | ABI_MEM_EXIT_ON_MISSING, "both flags");
	set_slot(&w, ON);
}

static void changed_bitmap_address_counts(void)
{
	struct vcpu *vcpu;
	struct world w;

	vcpu = start(&w, ABI_MEM_USERFAULT);
	guest_write(vcpu, PAGE, WORD);
	/* The bitmap that starts a word later has it as bit PAGE. */
	set_bit(&w, PAGE + LONG_BITS);
	w.region.userfault_bitmap += sizeof(long);
	set_slot(&w, ON);
	expect_read_fault(vcpu, PAGE, USERFAULT);
	clear_bit(&w, PAGE + LONG_BITS);
	check_equal("the word", run_command(vcpu), WORD);
}

/* They would have to be faulted in again, one by one, just when the content is complete. */
static void turning_off_keeps_mappings(void)
{
	struct vcpu *vcpu;
	struct world w;
	uint64_t exits;

	vcpu = start(&w, ABI_MEM_USERFAULT);
	exits = exits_of_reading(vcpu, w.pages);
	check(exits >= w.pages, "of %llu pages, %llu have exited", (unsigned long long)w.pages,
	      (unsigned long long)exits);
	set_slot(&w, ABI_MEM_GUEST_MEMFD);
	exits = exits_of_reading(vcpu, w.pages);
	check(exits <= FEW_EXITS, "%llu exits after turning off", (unsigned long long)exits);
}

static void pre_fault_stops_at_the_bit(void)
{
	struct pre_fault range = { .gpa = page_gpa(0), .size = 8 * PAGE_BYTES };
	struct vcpu *vcpu;
	struct world w;

	vcpu = start(&w, ABI_MEM_USERFAULT);
	need_pre_fault(&w);
	set_bit(&w, 5);
	check_equal("pre-faulting", pre_fault(vcpu, &range), 0);
	check_equal("the rest", range.gpa, page_gpa(5));
	check_equal("pre-faulting a page whose bit is set", pre_fault(vcpu, &range), -EFAULT);
}

/* It is of guest addresses, whatever backs them. */
static void attribute_exits(void)
{
	struct vcpu *vcpu;
	struct world w;

	vcpu = start_without_slot(&w);
	need_attributes(&w);
	enable_attributes(&w);
	set_slot(&w, ABI_MEM_GUEST_MEMFD);
	guest_write(vcpu, PAGE, WORD);
	guest_write(vcpu, PAGE + 1, WORD);
	set_attribute(&w, PAGE, 1);
	check_equal("the word beside it", guest_read(vcpu, PAGE + 1), WORD);
	expect_read_fault(vcpu, PAGE, USERFAULT);
	expect_fault(vcpu, PAGE, USERFAULT);
	*host_word(&w, PAGE) = WORD + 1;
	clear_attribute(&w, PAGE, 1);
	check_equal("the word", run_command(vcpu), WORD + 1);
}

/* KVM itself gets there through the VMM's mapping. */
static void own_access_waits_for_the_attribute(void)
{
	static struct attribute_server server;
	static struct world w;
	int eventfd;

	start_prepared(&w, accessors[0].prepare);
	need_attributes(&w);
	eventfd = enable_attributes(&w);
	set_slot(&w, ABI_MEM_GUEST_MEMFD);
	start_attribute_server(&server, &w, eventfd);
	set_attribute(&w, ACCESSED_PAGE, 1);
	accessors[0].access(&w, FILLED_WORD);
	check(server.served == 1, "%u pages read, not 1", server.served);
}

static void punch_hole_zaps_after_toggle(void)
{
	struct vcpu *vcpu;
	struct world w;

	vcpu = start_toggled(&w);
	guest_write(vcpu, PAGE + 1, WORD);
	punch_hole(&w, PAGE);
	check_equal("the word in the hole", guest_read(vcpu, PAGE), 0);
	check_equal("the word beside it", guest_read(vcpu, PAGE + 1), WORD);
}

static void toggle_races_with_punch_hole(void)
{
	struct world w;

	start(&w, 0);
	race_toggles_with_punch_hole(&w, PAGE);
}

static void closed_after_toggle(void)
{
	struct vcpu *vcpu;
	struct world w;

	vcpu = start_toggled(&w);
	munmap(w.memory, HUGE_BYTES);
	close(w.region.guest_memfd);
	/* The memory is gone, and so must be the mapping. */
	expect_read_fault(vcpu, PAGE, 0);
}

static void deleted_after_toggle(void)
{
	struct vcpu *vcpu;
	struct world w;

	vcpu = start_toggled(&w);
	w.region.memory_size = 0;
	set_slot(&w, 0);
	/* The range of the file is free again: a new slot can have it. */
	w.region.memory_size = HUGE_BYTES;
	set_slot(&w, ABI_MEM_GUEST_MEMFD);
	check_equal("the word", guest_read(vcpu, PAGE), WORD);
}

const struct kvm_test mapped_guest_memfd_tests[] = {
	{ "mapped_guest_memfd.set_bit_exits", set_bit_exits },
	{ "mapped_guest_memfd.instruction_fetch_exits", instruction_fetch_exits },
	{ "mapped_guest_memfd.present_page_exits_all_the_same", present_page_exits_all_the_same },
	{ "mapped_guest_memfd.needs_no_mapping", needs_no_mapping },
	{ "mapped_guest_memfd.toggled_on_a_live_slot", toggled_on_a_live_slot },
	{ "mapped_guest_memfd.nothing_else_can_change", nothing_else_can_change },
	{ "mapped_guest_memfd.not_with_exit_on_missing", not_with_exit_on_missing },
	{ "mapped_guest_memfd.changed_bitmap_address_counts", changed_bitmap_address_counts },
	{ "mapped_guest_memfd.turning_off_keeps_mappings", turning_off_keeps_mappings },
	{ "mapped_guest_memfd.pre_fault_stops_at_the_bit", pre_fault_stops_at_the_bit },
	{ "mapped_guest_memfd.attribute_exits", attribute_exits },
	{ "mapped_guest_memfd.own_access_waits_for_the_attribute",
	  own_access_waits_for_the_attribute },
	{ "mapped_guest_memfd.punch_hole_zaps_after_toggle", punch_hole_zaps_after_toggle },
	{ "mapped_guest_memfd.toggle_races_with_punch_hole", toggle_races_with_punch_hole },
	{ "mapped_guest_memfd.closed_after_toggle", closed_after_toggle },
	{ "mapped_guest_memfd.deleted_after_toggle", deleted_after_toggle },
	{ 0 },
};
