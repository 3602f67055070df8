// SPDX-License-Identifier: GPL-2.0-only
/* The harness itself: what goes wrong in a guest is told, and never hangs. */
#include <string.h>

#include "expect.h"
#include "test.h"
#include "world.h"

#define MANY_VCPUS 512u

static void run_one(enum command command, uint64_t address)
{
	static struct world w;

	create_world(&w, 0);
	set_slot(&w, 0);
	give_command(&w.vcpus[0], command, address, 0);
	run_command(&w.vcpus[0]);
}

static void run_undefined(void)
{
	run_one(COMMAND_UNDEFINED, 0);
}

static void run_fatal(void)
{
	run_one(COMMAND_FATAL, 0);
}

/* Beyond what the guest's own page tables map. */
static void read_unmapped(void)
{
	run_one(COMMAND_READ, 1ull << 40);
}

static void read_outside_slots(void)
{
	run_one(COMMAND_READ, VM_TEST_GPA - PAGE_BYTES);
}

static void expect_reason(void (*run)(void), const char *first, const char *second)
{
	char reason[2048];

	run_to_failure(run, reason, sizeof(reason));
	check(strstr(reason, first) && strstr(reason, second), "'%s' lacks '%s' or '%s'", reason,
	      first, second);
}

static void exception_is_reported(void)
{
	expect_reason(run_undefined, REPORT_UNDEFINED);
	expect_reason(read_unmapped, REPORT_UNMAPPED);
}

static void other_exit_is_reported(void)
{
	expect_reason(run_fatal, REPORT_FATAL);
	expect_reason(read_outside_slots, REPORT_OUTSIDE);
}

static void guest_reads_the_hosts_clock(void)
{
	struct world w;
	uint64_t before;

	create_world(&w, 0);
	set_slot(&w, 0);
	for (unsigned int i = 0; i < VCPUS; i++) {
		before = arch_ticks();
		guest_read(&w.vcpus[i], 0);
		vcpu_check_clock(&w.vcpus[i], before, arch_ticks());
	}
}

/* As many as a point may have on every architecture. */
static void many_vcpus(void)
{
	static struct vcpu vcpus[MANY_VCPUS];
	struct vm vm;

	vm_create(&vm, MANY_VCPUS, test_guest_image, test_guest_image_end - test_guest_image, 0, 0);
	for (unsigned int i = 0; i < MANY_VCPUS; i++)
		vcpu_create(&vm, &vcpus[i], i);
	for (unsigned int i = 0; i < MANY_VCPUS; i++) {
		give_command(&vcpus[i], COMMAND_READ, GUEST_IMAGE_GPA, 0);
		check_equal("the word", run_command(&vcpus[i]),
			    *(const uint64_t *)test_guest_image);
	}
}

const struct kvm_test harness_tests[] = {
	{ "harness.exception_is_reported", exception_is_reported },
	{ "harness.other_exit_is_reported", other_exit_is_reported },
	{ "harness.guest_reads_the_hosts_clock", guest_reads_the_hosts_clock },
	{ "harness.many_vcpus", many_vcpus },
	{ 0 },
};
