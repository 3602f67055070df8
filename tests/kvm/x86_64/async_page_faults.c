// SPDX-License-Identifier: GPL-2.0-only
/* In-kernel asynchronous page faults, which would wait in the vCPU's stead, are off. */
#include <unistd.h>

#include "../test.h"
#include "../uffd_server.h"
#include "../world.h"
#include "irqchip.h"
#include "tests.h"

#define PAGE 13u

/*
 * Who sleeps in the userfaultfd tells how KVM waits: the vCPU's thread, or a
 * worker of KVM's on its behalf. The first access proves that there would be
 * asynchronous page faults in this VM.
 */
static void start_with_async_page_faults(struct world *w, struct uffd_server *server)
{
	/* Without interrupt controllers KVM does no asynchronous page faults. */
	create_prepared_world(w, create_irqchip);
	set_slot(w, 0);
	start_uffd_server(server, w);
	give_command(&w->vcpus[0], COMMAND_ALLOW_INTERRUPTS, 0, 0);
	run_command(&w->vcpus[0]);
	check_equal("the word", guest_read(&w->vcpus[0], 0), SERVED_WORD);
	if (server->thread_id == (uint32_t)getpid())
		skip("this KVM does no asynchronous page faults");
}

static void none_with_userfault(void)
{
	struct uffd_server server;
	struct world w;

	start_with_async_page_faults(&w, &server);
	need_userfault(&w);
	set_slot(&w, ABI_MEM_USERFAULT);
	check_equal("the word", guest_read(&w.vcpus[0], PAGE), SERVED_WORD);
	check_equal("who has waited", server.thread_id, (uint32_t)getpid());
}

static void none_with_exit_on_missing(void)
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

const struct kvm_test async_page_fault_tests[] = {
	{ "async_page_faults.none_with_exit_on_missing", none_with_exit_on_missing },
	{ "async_page_faults.none_with_userfault", none_with_userfault },
	{ 0 },
};
