// SPDX-License-Identifier: GPL-2.0-only
/*
 * What KVM itself does with guest memory is not caught by the flags. It goes through the
 * host's page tables, and so to the userfaultfd, if there is one.
 */
#include <stdlib.h>
#include <unistd.h>

#include "accessors.h"
#include "test.h"
#include "uffd_server.h"

#define WORD 0xacce5501ull

/* A VM for each accessor; all of them last until the test ends. */
static struct world *start(const struct accessor *accessor, uint32_t flag)
{
	struct world *w = calloc(1, sizeof(*w));

	create_prepared_world(w, accessor->prepare);
	if (flag == ABI_MEM_USERFAULT)
		need_userfault(w);
	else
		need_exit_on_missing(w);
	set_slot(w, flag);
	set_bit(w, ACCESSED_PAGE);
	return w;
}

/* The bit is about the vCPU's accesses, whatever KVM has done meanwhile. */
static void expect_bit_to_count(struct world *w)
{
	expect_read_fault(&w->vcpus[0], ACCESSED_PAGE, ABI_MEMORY_EXIT_FLAG_USERFAULT);
	clear_bit(w, ACCESSED_PAGE);
	run_command(&w->vcpus[0]);
}

static void reach_userfaultfd(uint32_t flag)
{
	for (const struct accessor *accessor = accessors; accessor->name; accessor++) {
		struct uffd_server *server = calloc(1, sizeof(*server));
		struct world *w = start(accessor, flag);

		start_uffd_server(server, w);
		accessor->access(w, SERVED_WORD);
		check(server->events == 1, "%s: %u userfaultfd events, not 1", accessor->name,
		      server->events);
		check_equal(accessor->name, server->thread_id, (uint32_t)getpid());
		if (flag == ABI_MEM_USERFAULT)
			expect_bit_to_count(w);
		else
			guest_read(&w->vcpus[0], ACCESSED_PAGE);
		check(server->events == 1, "%s: %u userfaultfd events after the vCPU's access",
		      accessor->name, server->events);
	}
}

static void reach_userfaultfd_with_exit_on_missing(void)
{
	reach_userfaultfd(ABI_MEM_EXIT_ON_MISSING);
}

static void reach_userfaultfd_with_userfault(void)
{
	reach_userfaultfd(ABI_MEM_USERFAULT);
}

/* Nobody is told: KVM reads what is there, and writes what a fetch will overwrite. */
static void unseen_without_userfaultfd(void)
{
	for (const struct accessor *accessor = accessors; accessor->name; accessor++) {
		struct world *w = start(accessor, ABI_MEM_USERFAULT);

		*host_word(w, ACCESSED_PAGE) = WORD;
		accessor->access(w, WORD);
		expect_bit_to_count(w);
	}
}

const struct kvm_test accessor_tests[] = {
	{ "accessors.reach_userfaultfd_with_exit_on_missing",
	  reach_userfaultfd_with_exit_on_missing },
	{ "accessors.reach_userfaultfd_with_userfault", reach_userfaultfd_with_userfault },
	{ "accessors.unseen_without_userfaultfd", unseen_without_userfaultfd },
	{ 0 },
};
