// SPDX-License-Identifier: GPL-2.0-only
/*
 * Paravirtual time: KVM writes to a record in guest memory before it enters a vCPU. It
 * asks the bitmap about the page of the record if a parameter of KVM says so.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../../harness/time_units.h"
#include "../test.h"
#include "../uffd_server.h"
#include "../world.h"

#define USERFAULT ABI_MEMORY_EXIT_FLAG_USERFAULT
#define PAGE 17u
#define OTHER_PAGE 18u
#define RECORD_OFFSET 128u /* within the page */
#define BITMAP_SLOT (VM_TEST_SLOT + 1)
#define STEAL_NS 10000000u

struct record {
	uint32_t revision, attributes;
	uint64_t stolen_ns;
};

static volatile struct record *record(struct world *w)
{
	return (volatile struct record *)((uintptr_t)host_word(w, PAGE) + RECORD_OFFSET);
}

/* Skips the test unless KVM asks the bitmap about the record's page, or does not (is_on). */
static void need_parameter(bool is_on)
{
	int fd = open("/sys/module/kvm/parameters/userfault_stolen_time", O_RDONLY | O_CLOEXEC);
	char value;

	if (fd < 0)
		skip("this KVM has no userfault_stolen_time");
	check(read(fd, &value, 1) == 1, "cannot read userfault_stolen_time: %s", strerror(errno));
	close(fd);
	if (is_on != (value == 'Y'))
		skip("this is for a kernel booted with kvm.userfault_stolen_time=%d", is_on);
}

static void set_record(struct world *w)
{
	const uint64_t gpa = page_gpa(PAGE) + RECORD_OFFSET;
	const struct kvm_device_attr attr = {
		.group = KVM_ARM_VCPU_PVTIME_CTRL,
		.attr = KVM_ARM_VCPU_PVTIME_IPA,
		.addr = (uintptr_t)&gpa,
	};

	if (ioctl(w->vcpus[0].fd, KVM_HAS_DEVICE_ATTR, &attr))
		skip("this KVM has no paravirtual time: %s", strerror(errno));
	check(!ioctl(w->vcpus[0].fd, KVM_SET_DEVICE_ATTR, &attr), "KVM_ARM_VCPU_PVTIME_IPA: %s",
	      strerror(errno));
}

/* Has this thread wait for a CPU while another process has it. */
static void lose_time(void)
{
	const uint64_t hz = arch_ticks_hz(false);
	uint64_t lost = 0, before;
	cpu_set_t here;
	pid_t child;

	CPU_ZERO(&here);
	CPU_SET(0, &here);
	check(!sched_setaffinity(0, sizeof(here), &here), "sched_setaffinity: %s", strerror(errno));
	child = fork_helper();
	if (child == 0)
		for (;;)
			;
	while (lost < ticks_of_ns(STEAL_NS, hz)) {
		before = arch_ticks();
		sched_yield();
		lost += arch_ticks() - before;
	}
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

static void record_in_userfault_page_exits(void)
{
	struct vcpu *vcpu;
	struct world w;
	uint64_t stolen;

	need_parameter(true);
	start_userfault(&w);
	set_record(&w);
	vcpu = &w.vcpus[0];
	set_bit(&w, PAGE);
	give_command(vcpu, COMMAND_READ, page_gpa(OTHER_PAGE), 0);
	for (unsigned int i = 0; i < 3; i++)
		expect_fault(vcpu, PAGE, USERFAULT);
	lose_time();
	expect_fault(vcpu, PAGE, USERFAULT);
	check_equal("what KVM has written while the bit was set", record(&w)->stolen_ns, 0);

	clear_bit(&w, PAGE);
	run_command(vcpu);
	stolen = record(&w)->stolen_ns;
	check(stolen >= STEAL_NS / 2, "of %u ns lost while the bit was set, %llu were recorded",
	      STEAL_NS, (unsigned long long)stolen);
	lose_time();
	guest_read(vcpu, OTHER_PAGE);
	check(record(&w)->stolen_ns >= stolen + STEAL_NS / 2,
	      "of %u ns lost afterwards, %llu were recorded", STEAL_NS,
	      (unsigned long long)(record(&w)->stolen_ns - stolen));
}

/* As KVM's own accesses do that ask nothing. */
static void record_is_written_without_asking(void)
{
	struct vcpu *vcpu;
	struct world w;

	need_parameter(false);
	start_userfault(&w);
	set_record(&w);
	vcpu = &w.vcpus[0];
	set_bit(&w, PAGE);
	guest_read(vcpu, OTHER_PAGE);
	lose_time();
	guest_read(vcpu, OTHER_PAGE);
	check(record(&w)->stolen_ns >= STEAL_NS / 2, "of %u ns lost, %llu were recorded", STEAL_NS,
	      (unsigned long long)record(&w)->stolen_ns);
}

/* The vCPU that has no record there goes on. */
static void other_vcpu_goes_on(void)
{
	struct world w;

	need_parameter(true);
	start_userfault(&w);
	set_record(&w);
	set_bit(&w, PAGE);
	check_equal("the word", guest_read(&w.vcpus[1], OTHER_PAGE), 0);
	give_command(&w.vcpus[0], COMMAND_READ, page_gpa(OTHER_PAGE), 0);
	expect_fault(&w.vcpus[0], PAGE, USERFAULT);
}

/* The bit is set once the vCPU is in the guest: by the guest itself, to be sure. */
static void expect_call_again(enum command command)
{
	struct abi_memory_region2 region = {
		.slot = BITMAP_SLOT,
		.guest_phys_addr = VM_TEST_GPA + HUGE_BYTES,
		.memory_size = PAGE_BYTES,
	};
	struct vcpu *vcpu;
	struct world w;

	need_parameter(true);
	start_userfault(&w);
	set_record(&w);
	vcpu = &w.vcpus[0];
	region.userspace_addr = (uintptr_t)w.bitmap;
	check(!vm_set_slot(&w.vm, &region), "no slot for the bitmap");
	give_command(vcpu, command, region.guest_phys_addr, 1ull << PAGE);
	for (unsigned int i = 0; i < 3; i++)
		expect_fault(vcpu, PAGE, USERFAULT);
	/* What a fetch would bring. */
	record(&w)->stolen_ns = STEAL_NS;
	clear_bit(&w, PAGE);
	check_equal("what PV_TIME_ST returns", run_command(vcpu), page_gpa(PAGE) + RECORD_OFFSET);
	check(record(&w)->stolen_ns < STEAL_NS, "the record has not been initialized");
}

static void call_is_made_again(void)
{
	expect_call_again(COMMAND_WRITE_AND_PV_TIME);
	expect_call_again(COMMAND_WRITE_AND_PV_TIME_SMC);
}

static void bitmap_unmapped(void)
{
	struct vcpu *vcpu;
	struct world w;

	need_parameter(true);
	start_userfault(&w);
	set_record(&w);
	vcpu = &w.vcpus[0];
	check(!mprotect((void *)w.bitmap, w.bitmap_bytes, PROT_NONE), "mprotect: %s",
	      strerror(errno));
	give_command(vcpu, COMMAND_READ, GUEST_IMAGE_GPA, 0);
	for (unsigned int i = 0; i < 2; i++)
		check(vcpu_run(vcpu) == VCPU_FAULT_UNKNOWN,
		      "without a bitmap KVM_RUN did not return a plain EFAULT");
	check(!mprotect((void *)w.bitmap, w.bitmap_bytes, PROT_READ | PROT_WRITE), "mprotect: %s",
	      strerror(errno));
	run_command(vcpu);
}

static void reaches_userfaultfd_with_exit_on_missing(void)
{
	struct uffd_server server;
	struct world w;

	start_exit_on_missing(&w);
	start_uffd_server(&server, &w);
	set_record(&w);
	*host_word(&w, OTHER_PAGE) = 0;
	check_equal("events before", server.events, 1);
	check_equal("the word", guest_read(&w.vcpus[0], OTHER_PAGE), 0);
	check_equal("events", server.events, 2);
	check_equal("who has waited", server.thread_id, (uint32_t)getpid());
	check_equal("the word at the start of the page", *host_word(&w, PAGE), SERVED_WORD);
}

/* The bit counts first, and then there is nothing left to wait for. */
static void exits_before_userfaultfd(void)
{
	struct uffd_server server;
	struct world w;

	need_parameter(true);
	start_userfault(&w);
	start_uffd_server(&server, &w);
	set_record(&w);
	set_bit(&w, PAGE);
	give_command(&w.vcpus[0], COMMAND_READ, page_gpa(PAGE), 0);
	expect_fault(&w.vcpus[0], PAGE, USERFAULT);
	check_equal("events while the bit is set", server.events, 0);
	uffd_copy_quietly(&server, PAGE, SERVED_WORD);
	clear_bit(&w, PAGE);
	check_equal("the word", run_command(&w.vcpus[0]), SERVED_WORD);
	check_equal("events", server.events, 0);
}

static const struct kvm_test steal_time_tests[] = {
	{ "steal_time.record_is_written_without_asking", record_is_written_without_asking },
	{ "steal_time.record_in_userfault_page_exits", record_in_userfault_page_exits },
	{ "steal_time.other_vcpu_goes_on", other_vcpu_goes_on },
	{ "steal_time.call_is_made_again", call_is_made_again },
	{ "steal_time.bitmap_unmapped", bitmap_unmapped },
	{ "steal_time.reaches_userfaultfd_with_exit_on_missing",
	  reaches_userfaultfd_with_exit_on_missing },
	{ "steal_time.exits_before_userfaultfd", exits_before_userfaultfd },
	{ 0 },
};

const struct kvm_test *const arch_tables[] = { steal_time_tests, NULL };
