// SPDX-License-Identifier: GPL-2.0-only
/*
 * What KVM itself does with guest memory is not caught by the flags, and goes
 * through the host's page tables, hence to the userfaultfd. And in-kernel
 * asynchronous page faults, which would go there in the vCPU's stead, are off.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../test.h"
#include "../uffd_server.h"
#include "../world.h"

#define PAGE 13u

#define MSR_KVM_WALL_CLOCK_NEW 0x4b564d00
#define MSR_KVM_SYSTEM_TIME_NEW 0x4b564d01

static void access_by_emulator(struct vcpu *vcpu)
{
	enum vcpu_exit exit;

	give_command(vcpu, COMMAND_OUTS, page_gpa(PAGE), 0);
	exit = vcpu_run(vcpu);
	check(exit == VCPU_DOORBELL, "string output ended in exit %d, not in output", exit);
	check_equal("the output", vcpu->doorbell, (uint32_t)SERVED_WORD);
	run_command(vcpu);
}

/* KVM writes the time there at once. */
static void access_by_wall_clock(struct vcpu *vcpu)
{
	give_command(vcpu, COMMAND_WRMSR, MSR_KVM_WALL_CLOCK_NEW, page_gpa(PAGE));
	run_command(vcpu);
}

/* Bit 0 enables; KVM writes the time there before the next entry, and keeps the page's address. */
static void access_by_system_time(struct vcpu *vcpu)
{
	give_command(vcpu, COMMAND_WRMSR, MSR_KVM_SYSTEM_TIME_NEW, page_gpa(PAGE) | 1);
	run_command(vcpu);
}

static void (*const accesses[])(struct vcpu *vcpu) = {
	access_by_emulator,
	access_by_wall_clock,
	access_by_system_time,
};

static void reach_userfaultfd(void (*start)(struct world *w), bool has_bitmap)
{
	for (size_t i = 0; i < sizeof(accesses) / sizeof(accesses[0]); i++) {
		struct uffd_server *server = calloc(1, sizeof(*server));
		struct world *w = calloc(1, sizeof(*w));

		start(w);
		set_bit(w, PAGE);
		start_uffd_server(server, w);
		accesses[i](&w->vcpus[0]);
		check(server->events == 1, "access %zu: %u userfaultfd events, not 1", i,
		      server->events);
		check_equal("who has waited", server->thread_id, (uint32_t)getpid());
		/* The bit is about the vCPU's accesses, whatever KVM has done meanwhile. */
		if (has_bitmap) {
			expect_read_fault(&w->vcpus[0], PAGE, ABI_MEMORY_EXIT_FLAG_USERFAULT);
			clear_bit(w, PAGE);
			run_command(&w->vcpus[0]);
		} else {
			guest_read(&w->vcpus[0], PAGE);
		}
		check_equal("events after the vCPU's access", server->events, 1);
	}
}

static void with_exit_on_missing(void)
{
	reach_userfaultfd(start_exit_on_missing, false);
}

static void with_userfault(void)
{
	reach_userfaultfd(start_userfault, true);
}

/* Without KVM's own interrupt controllers it does no asynchronous page faults. */
static void create_irqchip(struct vm *vm)
{
	if (ioctl(vm->fd, KVM_CREATE_IRQCHIP, 0))
		skip("KVM_CREATE_IRQCHIP: %s", strerror(errno));
}

/*
 * Who sleeps in the userfaultfd tells how KVM waits: the vCPU's thread, or a
 * worker of KVM's on its behalf. The first access proves that there would be
 * asynchronous page faults in this VM.
 */
static void start_with_async_page_faults(struct world *w, struct uffd_server *server)
{
	create_prepared_world(w, create_irqchip);
	set_slot(w, 0);
	start_uffd_server(server, w);
	give_command(&w->vcpus[0], COMMAND_ALLOW_INTERRUPTS, 0, 0);
	run_command(&w->vcpus[0]);
	check_equal("the word", guest_read(&w->vcpus[0], 0), SERVED_WORD);
	if (server->thread_id == (uint32_t)getpid())
		skip("this KVM does no asynchronous page faults");
}

static void no_async_page_fault_with_userfault(void)
{
	struct uffd_server server;
	struct world w;

	start_with_async_page_faults(&w, &server);
	need_userfault(&w);
	set_slot(&w, ABI_MEM_USERFAULT);
	check_equal("the word", guest_read(&w.vcpus[0], PAGE), SERVED_WORD);
	check_equal("who has waited", server.thread_id, (uint32_t)getpid());
}

static void no_async_page_fault_with_exit_on_missing(void)
{
	struct uffd_server server;
	struct world w;

	start_with_async_page_faults(&w, &server);
	need_exit_on_missing(&w);
	set_slot(&w, ABI_MEM_EXIT_ON_MISSING);
	expect_read_fault(&w.vcpus[0], PAGE, 0);
	/* A worker would have come by now. */
	usleep(20000);
	check_equal("userfaultfd events", server.events, 1);
	expect_fault(&w.vcpus[0], PAGE, 0);
}

const struct kvm_test accessor_tests[] = {
	{ "accessors.reach_userfaultfd_with_exit_on_missing", with_exit_on_missing },
	{ "accessors.reach_userfaultfd_with_userfault", with_userfault },
	{ "accessors.no_async_page_fault_with_exit_on_missing",
	  no_async_page_fault_with_exit_on_missing },
	{ "accessors.no_async_page_fault_with_userfault", no_async_page_fault_with_userfault },
	{ 0 },
};
