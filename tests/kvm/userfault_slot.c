// SPDX-License-Identifier: GPL-2.0-only
/* KVM Userfault: what the ioctls accept and refuse. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/utsname.h>

#include "expect.h"
#include "test.h"
#include "world.h"

#define USERFAULT ABI_MEMORY_EXIT_FLAG_USERFAULT
#define PAGE 9u

#ifndef PR_SET_TAGGED_ADDR_CTRL
#define PR_SET_TAGGED_ADDR_CTRL 55
#define PR_TAGGED_ADDR_ENABLE 1
#endif

#define KERNEL_ADDRESS 0xffff888000000000ull

static void capability(void)
{
	struct world w;

	create_world(&w, 0);
	need_userfault(&w);
	check_capability(&w, userfault_capability(&w));
}

/* One without the other would have all tests of the feature skipped. */
static void flag_goes_with_capability(void)
{
	struct utsname name;
	unsigned int major, minor;
	struct world w;

	create_world(&w, 0);
	if (!try_slot(&w, ABI_MEM_USERFAULT)) {
		check_capability(&w, userfault_capability(&w));
		return;
	}
	uname(&name);
	check(sscanf(name.release, "%u.%u", &major, &minor) == 2, "release %s", name.release);
	/* From then on the older number is that of another capability. */
	check(!vm_capability(&w.vm, major > 6 || (major == 6 && minor >= 17) ?
					    ABI_CAP_USERFAULT_SINCE_6_17 :
					    ABI_CAP_USERFAULT),
	      "the capability is there, but the flag is refused");
	skip("this kernel has no KVM_MEM_USERFAULT");
}

static void older_ioctl_refuses(void)
{
	struct kvm_userspace_memory_region region = {
		.slot = VM_TEST_SLOT,
		.flags = ABI_MEM_USERFAULT,
		.guest_phys_addr = VM_TEST_GPA,
		.memory_size = HUGE_BYTES,
	};
	struct world w;

	create_world(&w, 0);
	need_userfault(&w);
	region.userspace_addr = (uintptr_t)w.memory;
	check(ioctl(w.vm.fd, KVM_SET_USER_MEMORY_REGION, &region) && errno == EINVAL,
	      "creation by the older ioctl was not refused with EINVAL");
	set_slot(&w, 0);
	check(ioctl(w.vm.fd, KVM_SET_USER_MEMORY_REGION, &region) && errno == EINVAL,
	      "a change by the older ioctl was not refused with EINVAL");
}

/* Where user memory ends depends on the kernel's page tables; this is beyond all of them. */
static const uint64_t no_bitmaps[] = {
	1, sizeof(long) / 2, KERNEL_ADDRESS, KERNEL_ADDRESS + 4, UINT64_MAX - 7, 1ull << 63,
};

static void expect_bitmaps_refused(struct world *w, const char *when)
{
	const uint64_t good = w->region.userfault_bitmap;

	for (size_t i = 0; i < sizeof(no_bitmaps) / sizeof(no_bitmaps[0]); i++) {
		/* Misaligned ones are so relative to good memory. */
		w->region.userfault_bitmap = no_bitmaps[i] < sizeof(long) ? good + no_bitmaps[i] :
									    no_bitmaps[i];
		check(try_slot(w, ABI_MEM_USERFAULT) == -EINVAL,
		      "%s: bitmap %#llx was not refused with EINVAL", when,
		      (unsigned long long)w->region.userfault_bitmap);
	}
	w->region.userfault_bitmap = good;
}

static void bad_bitmap_refused_at_creation(void)
{
	struct world w;

	create_world(&w, 0);
	need_userfault(&w);
	expect_bitmaps_refused(&w, "creation");
	set_slot(&w, ABI_MEM_USERFAULT);
}

static void bad_bitmap_refused_at_change(void)
{
	struct world w;

	create_world(&w, 0);
	need_userfault(&w);
	set_slot(&w, 0);
	expect_bitmaps_refused(&w, "turning on");
	set_slot(&w, ABI_MEM_USERFAULT);
	set_bit(&w, PAGE);
	expect_bitmaps_refused(&w, "change of the address");
	/* What was refused has changed nothing. */
	expect_read_fault(&w.vcpus[0], PAGE, USERFAULT);
	clear_bit(&w, PAGE);
	run_command(&w.vcpus[0]);
}

/* The start is in user memory, the end is not. */
static void bitmap_that_ends_in_kernel_memory(void)
{
	static const uint64_t ends[] = { USER_ENDS };
	struct world w;
	unsigned int accepted = 0;

	create_world(&w, 0);
	need_userfault(&w);
	/* The last word of the bitmap counts as a whole. */
	w.region.memory_size -= PAGE_BYTES;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		const uint64_t bytes = w.pages / 8;
		int inside, across;

		w.region.userfault_bitmap = ends[i] - bytes;
		inside = try_slot(&w, ABI_MEM_USERFAULT);
		if (inside)
			continue;
		accepted++;
		w.region.userfault_bitmap = ends[i] - bytes + sizeof(long);
		across = try_slot(&w, ABI_MEM_USERFAULT);
		/* Nothing special where this kernel's user memory goes on. */
		if (across == -EINVAL)
			return;
	}
	fail("of %u bitmaps that end at the end of user memory, none was refused one word later",
	     accepted);
}

/* A thread that takes tags must not give others an address that they do not take. */
static void tagged_bitmap_refused(void)
{
	struct world w;
	uint64_t good;

	create_world(&w, 0);
	need_userfault(&w);
	if (prctl(PR_SET_TAGGED_ADDR_CTRL, PR_TAGGED_ADDR_ENABLE, 0, 0, 0))
		skip("addresses have no tags here: %s", strerror(errno));
	good = w.region.userfault_bitmap;
	w.region.userfault_bitmap = good | 1ull << 56;
	check_equal("creation", try_slot(&w, ABI_MEM_USERFAULT), -EINVAL);
	set_slot(&w, 0);
	check_equal("a change", try_slot(&w, ABI_MEM_USERFAULT), -EINVAL);
	w.region.userfault_bitmap = good;
	set_slot(&w, ABI_MEM_USERFAULT);
}

static void bitmap_ignored_without_flag(void)
{
	struct world w;

	create_world(&w, 0);
	need_userfault(&w);
	w.region.userfault_bitmap = KERNEL_ADDRESS + 1;
	set_slot(&w, 0);
	check_equal("the word", guest_read(&w.vcpus[0], PAGE), 0);
}

/* What a program asks for that means another feature by this flag. */
static void bitmap_at_address_0_is_unreadable(void)
{
	struct world w;

	create_world(&w, 0);
	need_userfault(&w);
	w.region.userfault_bitmap = 0;
	set_slot(&w, ABI_MEM_USERFAULT);
	give_command(&w.vcpus[0], COMMAND_READ, page_gpa(PAGE), 0);
	check(vcpu_run(&w.vcpus[0]) == VCPU_FAULT_UNKNOWN,
	      "without a bitmap KVM_RUN did not return a plain EFAULT");
	set_slot(&w, 0);
	check_equal("the word", run_command(&w.vcpus[0]), 0);
}

static void deleted_and_created_again(void)
{
	struct world w;
	uint64_t good;

	start_userfault(&w);
	good = w.region.userfault_bitmap;
	set_bit(&w, PAGE);
	expect_read_fault(&w.vcpus[0], PAGE, USERFAULT);
	/* Of no pages there is no bitmap that could be wrong. */
	w.region.memory_size = 0;
	w.region.userfault_bitmap = 1;
	set_slot(&w, ABI_MEM_USERFAULT);
	w.region.memory_size = HUGE_BYTES;
	w.region.userfault_bitmap = good;
	set_slot(&w, ABI_MEM_USERFAULT);
	expect_fault(&w.vcpus[0], PAGE, USERFAULT);
	clear_bit(&w, PAGE);
	run_command(&w.vcpus[0]);
}

/* Bit 0 is the slot's first page wherever the slot is, also amid pages that would share a word. */
static void moved_slot_keeps_bit_numbers(void)
{
	struct world w;

	start_userfault(&w);
	const uint64_t places[] = { w.pages, 3 };

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		const uint64_t first = places[i];

		set_bit(&w, PAGE);
		w.region.guest_phys_addr = page_gpa(first);
		set_slot(&w, ABI_MEM_USERFAULT);
		expect_read_fault(&w.vcpus[0], first + PAGE, USERFAULT);
		check_equal("the page before it", guest_read(&w.vcpus[1], first + PAGE - 1), 0);
		clear_bit(&w, PAGE);
		run_command(&w.vcpus[0]);
	}
}

/* Filling stage-2 tables ahead of time must not get around the bitmap. */
static void pre_fault_stops_at_the_bit(void)
{
	struct pre_fault range = { .gpa = page_gpa(0), .size = 2 * PAGE_BYTES };
	struct world w;

	start_userfault(&w);
	need_pre_fault(&w);
	set_bit(&w, 1);
	mark_run(&w.vcpus[0]);
	check_equal("what stops at the second page", pre_fault(&w.vcpus[0], &range), 0);
	check_equal("the end of what was mapped", range.gpa, page_gpa(1));
	check_equal("what is left", range.size, PAGE_BYTES);
	check_equal("what stops at the first page", pre_fault(&w.vcpus[0], &range), -EFAULT);
	check_equal("what is left", range.size, PAGE_BYTES);
	check_run_is_marked(&w.vcpus[0]);
	expect_read_fault(&w.vcpus[0], 1, USERFAULT);
	set_bit(&w, 0);
	check_equal("a page mapped ahead of time", guest_read(&w.vcpus[1], 0), 0);
}

const struct kvm_test userfault_slot_tests[] = {
	{ "userfault_slot.capability", capability },
	{ "userfault_slot.flag_goes_with_capability", flag_goes_with_capability },
	{ "userfault_slot.older_ioctl_refuses", older_ioctl_refuses },
	{ "userfault_slot.bad_bitmap_refused_at_creation", bad_bitmap_refused_at_creation },
	{ "userfault_slot.bad_bitmap_refused_at_change", bad_bitmap_refused_at_change },
	{ "userfault_slot.bitmap_that_ends_in_kernel_memory", bitmap_that_ends_in_kernel_memory },
	{ "userfault_slot.tagged_bitmap_refused", tagged_bitmap_refused },
	{ "userfault_slot.bitmap_ignored_without_flag", bitmap_ignored_without_flag },
	{ "userfault_slot.bitmap_at_address_0_is_unreadable", bitmap_at_address_0_is_unreadable },
	{ "userfault_slot.deleted_and_created_again", deleted_and_created_again },
	{ "userfault_slot.moved_slot_keeps_bit_numbers", moved_slot_keeps_bit_numbers },
	{ "userfault_slot.pre_fault_stops_at_the_bit", pre_fault_stops_at_the_bit },
	{ 0 },
};
