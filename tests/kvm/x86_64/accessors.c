// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>

#include "../accessors.h"
#include "../test.h"
#include "../world.h"
#include "irqchip.h"

#define MSR_KVM_WALL_CLOCK_NEW 0x4b564d00
#define MSR_KVM_SYSTEM_TIME_NEW 0x4b564d01
#define MSR_KVM_STEAL_TIME 0x4b564d03

static void by_emulator(struct world *w, uint64_t word)
{
	struct vcpu *vcpu = &w->vcpus[0];
	enum vcpu_exit exit;

	give_command(vcpu, COMMAND_OUTS, page_gpa(ACCESSED_PAGE), 0);
	exit = vcpu_run(vcpu);
	check(exit == VCPU_DOORBELL, "string output ended in exit %d, not in output", exit);
	check_equal("the output", vcpu->doorbell, (uint32_t)word);
	run_command(vcpu);
}

/* KVM writes the time there at once. */
static void by_wall_clock(struct world *w, uint64_t word)
{
	(void)word;
	give_command(&w->vcpus[0], COMMAND_WRMSR, MSR_KVM_WALL_CLOCK_NEW, page_gpa(ACCESSED_PAGE));
	run_command(&w->vcpus[0]);
}

/* Bit 0 enables; KVM writes the time there before the next entry, and keeps the page's address. */
static void by_system_time(struct world *w, uint64_t word)
{
	(void)word;
	give_command(&w->vcpus[0], COMMAND_WRMSR, MSR_KVM_SYSTEM_TIME_NEW,
		     page_gpa(ACCESSED_PAGE) | 1);
	run_command(&w->vcpus[0]);
}

/* The same for the time that the vCPU could have run but did not. */
static void by_steal_time(struct world *w, uint64_t word)
{
	(void)word;
	give_command(&w->vcpus[0], COMMAND_WRMSR, MSR_KVM_STEAL_TIME, page_gpa(ACCESSED_PAGE) | 1);
	run_command(&w->vcpus[0]);
}

/* With an address for the virtual APIC, KVM writes its priority there before the next entry. */
static void by_vapic(struct world *w, uint64_t word)
{
	struct kvm_vapic_addr address = { .vapic_addr = page_gpa(ACCESSED_PAGE) };

	(void)word;
	check(!ioctl(w->vcpus[0].fd, KVM_SET_VAPIC_ADDR, &address), "KVM_SET_VAPIC_ADDR: %s",
	      strerror(errno));
	give_command(&w->vcpus[0], COMMAND_READ, GUEST_IMAGE_GPA, 0);
	run_command(&w->vcpus[0]);
}

const struct accessor accessors[] = {
	{ "instruction emulator", NULL, by_emulator, .repeats = true },
	{ "wall clock", NULL, by_wall_clock, .repeats = true, .may_fail = true },
	{ "system time", NULL, by_system_time, .repeats = true, .may_fail = true },
	{ "steal time", NULL, by_steal_time, .repeats = true, .may_fail = true },
	{ "vAPIC", create_irqchip, by_vapic, .repeats = true, .may_fail = true },
	{ 0 },
};
