// SPDX-License-Identifier: GPL-2.0-only
/* KVM Userfault on slots with a guest_memfd that has the guest's private memory. */
#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "guest_memfd.h"
#include "test.h"

#define USERFAULT ABI_MEMORY_EXIT_FLAG_USERFAULT
#define PRIVATE ABI_MEMORY_EXIT_FLAG_PRIVATE
#define PAGE 11u
#define WORD 0x9e3779bull
#define RACE_ROUNDS 300u
#define RACE_PAUSE_US \
	20 /* or invalidations keep the vCPU from mapping anything, for as long as it lasts */
#define OTHER_SLOTS 8u

/* What the oldest headers lack; see Documentation/virt/kvm/api.rst. */
#define CAP_VM_TYPES 235

struct create_guest_memfd {
	uint64_t size, flags, reserved[6];
};

#define CREATE_GUEST_MEMFD _IOWR(KVMIO, 0xd4, struct create_guest_memfd)

void need_private_memory(void)
{
	int fd = open("/dev/kvm", O_RDWR | O_CLOEXEC);

	if (fd >= 0 && !(ioctl(fd, KVM_CHECK_EXTENSION, CAP_VM_TYPES) & 1 << VM_TYPE_SW_PROTECTED))
		skip("this KVM has no VMs with private memory that need no special hardware");
	close(fd);
}

int create_memfd(struct world *w, uint64_t flags)
{
	struct create_guest_memfd create = { .size = 2 * HUGE_BYTES, .flags = flags };
	int fd = ioctl(w->vm.fd, CREATE_GUEST_MEMFD, &create);

	if (fd < 0)
		skip("KVM_CREATE_GUEST_MEMFD: %s", strerror(errno));
	return fd;
}

void set_private(struct world *w, uint64_t first, uint64_t pages, bool is_private)
{
	give_attributes(w, first, pages, is_private ? ABI_MEMORY_ATTRIBUTE_PRIVATE : 0);
}

struct vcpu *start_private(struct world *w, uint32_t flags)
{
	need_private_memory();
	create_world(w, VM_TYPE_SW_PROTECTED);
	need_userfault(w);
	w->region.guest_memfd = create_memfd(w, 0);
	set_slot(w, ABI_MEM_GUEST_MEMFD | flags);
	set_private(w, 0, w->pages, true);
	return &w->vcpus[0];
}

void toggle(struct world *w)
{
	set_slot(w, ABI_MEM_GUEST_MEMFD | ABI_MEM_USERFAULT);
	set_slot(w, ABI_MEM_GUEST_MEMFD);
}

/* A slot that had the flag for a moment, and then one page written. Returns the first vCPU. */
static struct vcpu *start_toggled(struct world *w)
{
	struct vcpu *vcpu = start_private(w, 0);

	toggle(w);
	guest_write(vcpu, PAGE, WORD);
	return vcpu;
}

static void private_page_exits(void)
{
	struct vcpu *vcpu;
	struct world w;

	vcpu = start_private(&w, ABI_MEM_USERFAULT);
	set_bit(&w, PAGE);
	give_command(vcpu, COMMAND_WRITE, page_gpa(PAGE), WORD);
	expect_fault(vcpu, PAGE, PRIVATE | USERFAULT);
	expect_fault(vcpu, PAGE, PRIVATE | USERFAULT);
	clear_bit(&w, PAGE);
	run_command(vcpu);
	check_equal("the word", guest_read(vcpu, PAGE), WORD);
	check_equal("the same place in shared memory", *host_word(&w, PAGE), 0);
}

static void shared_page_exits(void)
{
	struct vcpu *vcpu;
	struct world w;

	vcpu = start_private(&w, ABI_MEM_USERFAULT);
	set_private(&w, PAGE, 1, false);
	set_bit(&w, PAGE);
	*host_word(&w, PAGE) = WORD;
	expect_read_fault(vcpu, PAGE, USERFAULT);
	clear_bit(&w, PAGE);
	check_equal("the word", run_command(vcpu), WORD);
}

static void toggled_on_a_live_slot(void)
{
	struct vcpu *vcpu;
	struct world w;

	vcpu = start_private(&w, 0);
	guest_write(vcpu, PAGE, WORD);
	set_bit(&w, PAGE);
	for (unsigned int i = 0; i < 3; i++) {
		set_slot(&w, ABI_MEM_GUEST_MEMFD | ABI_MEM_USERFAULT);
		expect_read_fault(vcpu, PAGE, PRIVATE | USERFAULT);
		set_slot(&w, ABI_MEM_GUEST_MEMFD);
		check_equal("the word", run_command(vcpu), WORD);
	}
	guest_write(vcpu, PAGE + 1, WORD);
}

void expect_refused(struct world *w, uint32_t flags, const char *what)
{
	const int err = try_slot(w, flags);

	check(err == -EINVAL, "%s was not refused with EINVAL, but: %s", what, strerror(-err));
}

void expect_nothing_else_can_change(struct world *w, uint64_t memfd_flags)
{
	const uint32_t base = ABI_MEM_GUEST_MEMFD;
	const struct abi_memory_region2 good = w->region;

	expect_refused(w, base | KVM_MEM_LOG_DIRTY_PAGES, "dirty logging");
	expect_refused(w, base | ABI_MEM_EXIT_ON_MISSING, "exit on missing");
	expect_refused(w, base | ABI_MEM_EXIT_ON_MISSING | ABI_MEM_USERFAULT, "both flags");
	expect_refused(w, 0, "a slot without the guest_memfd");
	expect_refused(w, ABI_MEM_USERFAULT, "userfault without the guest_memfd");
	w->region.guest_memfd_offset = HUGE_BYTES;
	expect_refused(w, base | ABI_MEM_USERFAULT, "another offset");
	w->region = good;
	w->region.guest_memfd = create_memfd(w, memfd_flags);
	expect_refused(w, base | ABI_MEM_USERFAULT, "another guest_memfd");
	close(w->region.guest_memfd);
	w->region = good;
	w->region.guest_phys_addr += HUGE_BYTES;
	expect_refused(w, base | ABI_MEM_USERFAULT, "another guest address");
	w->region = good;
	w->region.userspace_addr += PAGE_BYTES;
	expect_refused(w, base | ABI_MEM_USERFAULT, "another user address");
	w->region = good;
	w->region.memory_size -= PAGE_BYTES;
	expect_refused(w, base | ABI_MEM_USERFAULT, "another size");
	w->region = good;
}

static void nothing_else_can_change(void)
{
	struct vcpu *vcpu;
	struct world w;

	vcpu = start_private(&w, 0);
	guest_write(vcpu, PAGE, WORD);
	expect_nothing_else_can_change(&w, 0);

	/* And all that has left the slot as it was. */
	check_equal("the word", guest_read(vcpu, PAGE), WORD);
	set_bit(&w, PAGE);
	set_slot(&w, ABI_MEM_GUEST_MEMFD | ABI_MEM_USERFAULT);
	expect_read_fault(vcpu, PAGE, PRIVATE | USERFAULT);
}

/* Who sets the flag, or clears it, need not know whether that is done already. */
static void same_call_again(void)
{
	const uint32_t on = ABI_MEM_GUEST_MEMFD | ABI_MEM_USERFAULT;
	struct vcpu *vcpu;
	struct world w;
	int fd;

	vcpu = start_private(&w, 0);
	guest_write(vcpu, PAGE, WORD);
	set_slot(&w, ABI_MEM_GUEST_MEMFD);
	set_bit(&w, PAGE);
	set_slot(&w, on);
	set_bit(&w, PAGE + 1);
	clear_bit(&w, PAGE);
	check_equal("the word", guest_read(vcpu, PAGE), WORD);
	set_bit(&w, PAGE);
	set_slot(&w, on);
	check_equal("the word of a page that stays mapped", guest_read(vcpu, PAGE), WORD);
	expect_read_fault(vcpu, PAGE + 1, PRIVATE | USERFAULT);

	/* It is the same only with the same memory. */
	w.region.guest_memfd_offset = HUGE_BYTES;
	expect_refused(&w, on, "another offset");
	w.region.guest_memfd_offset = 0;
	fd = w.region.guest_memfd;
	w.region.guest_memfd = create_memfd(&w, 0);
	expect_refused(&w, on, "another guest_memfd");
	w.region.guest_memfd = fd;
	set_slot(&w, on);
}

static void changed_bitmap_address_counts(void)
{
	struct vcpu *vcpu;
	struct world w;

	vcpu = start_private(&w, ABI_MEM_USERFAULT);
	guest_write(vcpu, PAGE, WORD);
	/* The bitmap that starts a word later has it as bit PAGE. */
	set_bit(&w, PAGE + LONG_BITS);
	w.region.userfault_bitmap += sizeof(long);
	set_slot(&w, ABI_MEM_GUEST_MEMFD | ABI_MEM_USERFAULT);
	expect_read_fault(vcpu, PAGE, PRIVATE | USERFAULT);
	clear_bit(&w, PAGE + LONG_BITS);
	check_equal("the word", run_command(vcpu), WORD);
}

/* They would have to be faulted in again, one by one, just when the content is complete. */
static void turning_off_keeps_mappings(void)
{
	struct vcpu *vcpu;
	struct world w;
	uint64_t before;

	vcpu = start_private(&w, ABI_MEM_USERFAULT);
	before = vm_statistic(&w, "pages_4k");
	for (uint64_t page = 0; page < w.pages; page++)
		guest_write(vcpu, page, WORD);
	check(vm_statistic(&w, "pages_4k") >= before + w.pages, "of %llu pages, %llu are mapped",
	      (unsigned long long)w.pages,
	      (unsigned long long)(vm_statistic(&w, "pages_4k") - before));
	before = vm_statistic(&w, "pages_4k");
	set_slot(&w, ABI_MEM_GUEST_MEMFD);
	check_equal("mappings after turning off", vm_statistic(&w, "pages_4k"), before);
}

static void bad_fd_refused(void)
{
	struct world w;

	start_private(&w, 0);
	w.region.guest_memfd = 1000;
	check(try_slot(&w, ABI_MEM_GUEST_MEMFD | ABI_MEM_USERFAULT) < 0,
	      "a toggle with a closed file descriptor was accepted");
	w.region.guest_memfd = w.vm.fd;
	check(try_slot(&w, ABI_MEM_GUEST_MEMFD | ABI_MEM_USERFAULT) < 0,
	      "a toggle with a file that is no guest_memfd was accepted");
}

void punch_hole(const struct world *w, uint64_t page)
{
	check(!fallocate(w->region.guest_memfd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
			 page * PAGE_BYTES, PAGE_BYTES),
	      "fallocate: %s", strerror(errno));
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

static _Atomic bool race_is_over;
static uint64_t race_page;

static void *toggle_until_over(void *world)
{
	while (!race_is_over) {
		toggle(world);
		usleep(RACE_PAUSE_US);
	}
	return NULL;
}

static void *punch_until_over(void *world)
{
	while (!race_is_over) {
		punch_hole(world, race_page);
		usleep(RACE_PAUSE_US);
	}
	return NULL;
}

void race_toggles_with_punch_hole(struct world *w, uint64_t page)
{
	struct vcpu *vcpu = &w->vcpus[0];
	pthread_t toggler, puncher;

	race_is_over = false;
	race_page = page;
	check(!pthread_create(&toggler, NULL, toggle_until_over, w) &&
		      !pthread_create(&puncher, NULL, punch_until_over, w),
	      "pthread_create failed");
	for (uint64_t i = 1; i <= RACE_ROUNDS; i++) {
		guest_write(vcpu, page, i);
		guest_write(vcpu, page + 1, i);
		check_equal("the word beside the holes", guest_read(vcpu, page + 1), i);
	}
	race_is_over = true;
	pthread_join(toggler, NULL);
	pthread_join(puncher, NULL);
	guest_write(vcpu, page, WORD);
	punch_hole(w, page);
	check_equal("the word in the hole", guest_read(vcpu, page), 0);
}

static void toggle_races_with_punch_hole(void)
{
	struct world w;

	start_private(&w, 0);
	race_toggles_with_punch_hole(&w, PAGE);
}

static void closed_after_toggle(void)
{
	struct vcpu *vcpu;
	struct world w;

	vcpu = start_toggled(&w);
	close(w.region.guest_memfd);
	/* The memory is gone, and so must be the mapping. */
	expect_read_fault(vcpu, PAGE, PRIVATE);
}

/*
 * The flag is changed once, so that the kernel's memory of the slot as it was is free, and goes to
 * others. (After two changes it may well be the slot's again.)
 */
static void others_have_the_old_slot(void)
{
	struct abi_memory_region2 other = { .memory_size = PAGE_BYTES };
	struct vcpu *vcpu;
	struct world w;

	vcpu = start_private(&w, 0);
	guest_write(vcpu, PAGE, WORD);
	set_slot(&w, ABI_MEM_GUEST_MEMFD | ABI_MEM_USERFAULT);
	other.userspace_addr = (uintptr_t)w.memory;
	for (uint32_t i = 1; i <= OTHER_SLOTS; i++) {
		other.slot = VM_TEST_SLOT + i;
		other.guest_phys_addr = VM_TEST_GPA * 2 + i * PAGE_BYTES;
		check(!vm_set_slot(&w.vm, &other), "no slot %u", other.slot);
	}
	check_equal("the word", guest_read(vcpu, PAGE), WORD);
	punch_hole(&w, PAGE);
	check_equal("the word in the hole", guest_read(vcpu, PAGE), 0);
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

const struct kvm_test guest_memfd_tests[] = {
	{ "guest_memfd.private_page_exits", private_page_exits },
	{ "guest_memfd.shared_page_exits", shared_page_exits },
	{ "guest_memfd.toggled_on_a_live_slot", toggled_on_a_live_slot },
	{ "guest_memfd.nothing_else_can_change", nothing_else_can_change },
	{ "guest_memfd.same_call_again", same_call_again },
	{ "guest_memfd.changed_bitmap_address_counts", changed_bitmap_address_counts },
	{ "guest_memfd.turning_off_keeps_mappings", turning_off_keeps_mappings },
	{ "guest_memfd.bad_fd_refused", bad_fd_refused },
	{ "guest_memfd.punch_hole_zaps_after_toggle", punch_hole_zaps_after_toggle },
	{ "guest_memfd.toggle_races_with_punch_hole", toggle_races_with_punch_hole },
	{ "guest_memfd.closed_after_toggle", closed_after_toggle },
	{ "guest_memfd.others_have_the_old_slot", others_have_the_old_slot },
	{ "guest_memfd.deleted_after_toggle", deleted_after_toggle },
	{ 0 },
};
