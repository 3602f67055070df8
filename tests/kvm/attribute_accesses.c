// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM_MEMORY_ATTRIBUTE_USERFAULT and KVM's own accesses: they wait, KVM_READ_USERFAULT tells
 * of them, and whatever ends the wait lets them go on.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "accessors.h"
#include "attributes.h"
#include "test.h"

#define WORD 0xbeef1234ull

/* An access of KVM's own to ACCESSED_PAGE, in a thread of its own. */
struct access {
	struct world *world;
	const struct accessor *accessor;
	pthread_t thread;
	_Atomic bool is_over;
};

static void *do_access(void *arg)
{
	struct access *access = arg;

	access->accessor->access(access->world, FILLED_WORD);
	access->is_over = true;
	return NULL;
}

static void start_access(struct access *access, struct world *w, const struct accessor *accessor)
{
	*access = (struct access){ .world = w, .accessor = accessor };
	check(!pthread_create(&access->thread, NULL, do_access, access), "cannot create a thread");
}

static void end_access(struct access *access)
{
	pthread_join(access->thread, NULL);
	check(access->is_over, "%s: the access is not over", access->accessor->name);
}

static void expect_read(struct world *w, const char *what)
{
	uint64_t gfn;

	check_equal(what, -read_userfault(w, &gfn), 0);
	check_equal(what, gfn, page_gfn(ACCESSED_PAGE));
}

static void expect_none(struct world *w, const char *what)
{
	uint64_t gfn;

	check_equal(what, -read_userfault(w, &gfn), ENOENT);
}

/* A VM for each accessor; all of them last until the test ends. Returns the eventfd. */
static int start(struct world **w, const struct accessor *accessor)
{
	int eventfd;

	*w = calloc(1, sizeof(**w));
	create_prepared_world(*w, accessor->prepare);
	need_attributes(*w);
	eventfd = enable_attributes(*w);
	set_slot(*w, 0);
	return eventfd;
}

/* start() with the first accessor, which waits on return, and is not told yet. Returns the eventfd. */
static int start_waiting(struct world **w, struct access *access)
{
	int eventfd = start(w, &accessors[0]);

	set_attribute(*w, ACCESSED_PAGE, 1);
	start_access(access, *w, &accessors[0]);
	await_event(eventfd);
	return eventfd;
}

static void fill(struct world *w)
{
	*host_word(w, ACCESSED_PAGE) = FILLED_WORD;
	clear_attribute(w, ACCESSED_PAGE, 1);
}

static void are_served(void)
{
	for (const struct accessor *accessor = accessors; accessor->name; accessor++) {
		struct attribute_server *server = calloc(1, sizeof(*server));
		struct world *w;
		int eventfd = start(&w, accessor);

		start_attribute_server(server, w, eventfd);
		set_attribute(w, ACCESSED_PAGE, 1);
		accessor->access(w, FILLED_WORD);
		check(server->served == 1, "%s: %u pages read, not 1", accessor->name,
		      server->served);
		check_equal(accessor->name, server->gfn, page_gfn(ACCESSED_PAGE));
		/* By then it is a page like any other. */
		guest_read(&w->vcpus[0], ACCESSED_PAGE);
		check(server->served == 1, "%s: %u pages read after the vCPU's access",
		      accessor->name, server->served);
	}
}

/* An address that KVM has kept, with or without the page behind it, must not go past the attribute. */
static void are_served_again(void)
{
	unsigned int tested = 0;

	for (const struct accessor *accessor = accessors; accessor->name; accessor++) {
		struct attribute_server *server = calloc(1, sizeof(*server));
		struct world *w;
		int eventfd = start(&w, accessor);

		if (!accessor->repeats)
			continue;
		start_attribute_server(server, w, eventfd);
		*host_word(w, ACCESSED_PAGE) = FILLED_WORD;
		accessor->access(w, FILLED_WORD);
		check(server->served == 0, "%s: the page was read without the attribute",
		      accessor->name);
		for (unsigned int round = 1; round < 4; round++) {
			set_attribute(w, ACCESSED_PAGE, 1);
			accessor->access(w, FILLED_WORD);
			check(server->served == round, "%s: %u pages read, not %u", accessor->name,
			      server->served, round);
		}
		tested++;
	}
	if (!tested)
		skip("of what KVM accesses here, nothing can be repeated");
}

static void nobody_is_told_without_an_access(void)
{
	struct world w;
	int eventfd = start_attributes(&w);

	set_attribute(&w, ACCESSED_PAGE, 1);
	expect_none(&w, "before any access");
	expect_read_fault(&w.vcpus[0], ACCESSED_PAGE, ABI_MEMORY_EXIT_FLAG_USERFAULT);
	expect_none(&w, "after a vCPU's access");
	check(!has_event(eventfd), "the eventfd is signalled without an access of KVM's own");
}

/* It waits until the attribute is cleared, whatever is read or filled before. */
static void waits_until_cleared(void)
{
	struct access access;
	struct world *w;
	int eventfd = start_waiting(&w, &access);

	expect_read(w, "the fault");
	expect_none(w, "the same again");
	clear_attribute(w, ACCESSED_PAGE - 1, 1);
	clear_attribute(w, ACCESSED_PAGE + 1, 1);
	*host_word(w, ACCESSED_PAGE) = FILLED_WORD;
	usleep(10000);
	check(!access.is_over, "it did not wait");
	check(!has_event(eventfd), "it is told twice");
	fill(w);
	end_access(&access);
	expect_none(w, "when it is over");
}

/* By the second vCPU, of the same page. */
static void is_told_once_for_two_accesses(void)
{
	struct access first, second;
	const struct accessor *accessor = accessors;
	struct world *w, other;
	int eventfd;

	while (accessor->name && !accessor->repeats)
		accessor++;
	if (!accessor->name)
		skip("of what KVM accesses here, nothing can be done by two vCPUs");
	eventfd = start(&w, accessor);
	set_attribute(w, ACCESSED_PAGE, 1);
	other = *w;
	other.vcpus[0] = w->vcpus[1];
	start_access(&first, w, accessor);
	await_event(eventfd);
	start_access(&second, &other, accessor);
	await_event(eventfd);
	expect_read(w, "the fault");
	expect_none(w, "the other access");
	fill(w);
	end_access(&first);
	end_access(&second);

	/* One that comes when userspace knows already. */
	set_attribute(w, ACCESSED_PAGE, 1);
	start_access(&first, w, accessor);
	await_event(eventfd);
	expect_read(w, "the fault");
	start_access(&second, &other, accessor);
	usleep(10000);
	check(!second.is_over, "it did not wait");
	check(!has_event(eventfd), "what is known is told again");
	expect_none(w, "the other access");
	fill(w);
	end_access(&first);
	end_access(&second);
}

static void is_there_until_it_was_copied(void)
{
	uint8_t *end = (uint8_t *)mmap(NULL, 2 * PAGE_BYTES, PROT_READ | PROT_WRITE,
				       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) +
		       PAGE_BYTES;
	struct access access;
	struct world *w;

	munmap(end, PAGE_BYTES);
	start_waiting(&w, &access);
	for (size_t bytes = 0; bytes < sizeof(struct abi_userfault); bytes += 4) {
		check(ioctl(w->vm.fd, ABI_READ_USERFAULT, end - bytes) && errno == EFAULT,
		      "a fault of which %zu bytes have room was copied", bytes);
	}
	check(ioctl(w->vm.fd, ABI_READ_USERFAULT, NULL) && errno == EFAULT,
	      "a fault was copied to address 0");
	expect_read(w, "after copies that failed");
	expect_none(w, "the same again");
	fill(w);
	end_access(&access);
}

/* What was filled before anybody has asked is not told any more. */
static void is_gone_when_cleared_unread(void)
{
	struct access access;
	struct world *w;

	start_waiting(&w, &access);
	fill(w);
	end_access(&access);
	expect_none(w, "a fault that is over");
}

/* The thread finds it clear, if it has run in between, or is told of again. */
static void is_told_again_when_set_again(void)
{
	struct access access;
	struct world *w;
	int eventfd = start_waiting(&w, &access);

	expect_read(w, "the fault");
	*host_word(w, ACCESSED_PAGE) = FILLED_WORD;
	clear_attribute(w, ACCESSED_PAGE, 1);
	set_attribute(w, ACCESSED_PAGE, 1);
	while (!access.is_over) {
		usleep(1000);
		if (!has_event(eventfd))
			continue;
		expect_read(w, "the fault again");
		clear_attribute(w, ACCESSED_PAGE, 1);
	}
	end_access(&access);
	expect_none(w, "when it is over");
}

static void wait_for_ever(int eventfd)
{
	struct world w;

	create_prepared_world(&w, accessors[0].prepare);
	if (vm_enable(&w.vm, ABI_CAP_USERFAULT_ATTRIBUTE, ABI_USERFAULT_ENABLE, eventfd))
		_exit(1);
	set_slot(&w, 0);
	set_attribute(&w, ACCESSED_PAGE, 1);
	accessors[0].access(&w, FILLED_WORD);
	_exit(0);
}

static void killing_ends_the_wait(void)
{
	int eventfd_of_both = eventfd(0, 0), status;
	struct world w;
	pid_t pid;

	create_world(&w, 0);
	need_attributes(&w);
	pid = fork_helper();
	if (!pid)
		wait_for_ever(eventfd_of_both);
	await_event(eventfd_of_both);
	usleep(10000);
	check(waitpid(pid, &status, WNOHANG) == 0, "it did not wait");
	kill(pid, SIGKILL);
	check(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status), "it was not killed");
}

static void disabling_ends_the_wait(void)
{
	struct access access;
	struct world *w;

	start_waiting(&w, &access);
	*host_word(w, ACCESSED_PAGE) = FILLED_WORD;
	disable_attributes(w);
	end_access(&access);
	expect_none(w, "after disabling");
}

/* Then nobody can clear the attribute any more, but vCPUs may still run: the access fails. */
static void closing_the_vm_ends_the_wait(void)
{
	unsigned int tested = 0;

	for (const struct accessor *accessor = accessors; accessor->name; accessor++) {
		struct access access;
		struct world *w;
		int eventfd;

		if (!accessor->may_fail)
			continue;
		eventfd = start(&w, accessor);
		set_attribute(w, ACCESSED_PAGE, 1);
		start_access(&access, w, accessor);
		await_event(eventfd);
		close(w->vm.fd);
		end_access(&access);
		check_equal("the word", *host_word(w, ACCESSED_PAGE), 0);
		tested++;
	}
	check(tested, "wrong test: no access may fail");
}

/*
 * Who changes memslots waits for accesses that are under way, and holds a lock meanwhile. It
 * must not take that lock to let them go on.
 */
static void *change_slot(void *arg)
{
	set_slot(arg, KVM_MEM_LOG_DIRTY_PAGES);
	return NULL;
}

static void clearing_passes_a_change_of_slots(void)
{
	struct access access;
	struct world *w;
	pthread_t thread;

	start_waiting(&w, &access);
	check(!pthread_create(&thread, NULL, change_slot, w), "cannot create a thread");
	usleep(20000);
	check(!access.is_over, "it did not wait");
	/* Setting it for other pages as well. */
	set_attribute(w, ACCESSED_PAGE + 1, 1);
	fill(w);
	end_access(&access);
	pthread_join(thread, NULL);
	expect_read_fault(&w->vcpus[0], ACCESSED_PAGE + 1, ABI_MEMORY_EXIT_FLAG_USERFAULT);
}

const struct kvm_test attribute_access_tests[] = {
	{ "attribute_accesses.are_served", are_served },
	{ "attribute_accesses.are_served_again", are_served_again },
	{ "attribute_accesses.nobody_is_told_without_an_access", nobody_is_told_without_an_access },
	{ "attribute_accesses.waits_until_cleared", waits_until_cleared },
	{ "attribute_accesses.is_told_once_for_two_accesses", is_told_once_for_two_accesses },
	{ "attribute_accesses.is_there_until_it_was_copied", is_there_until_it_was_copied },
	{ "attribute_accesses.is_gone_when_cleared_unread", is_gone_when_cleared_unread },
	{ "attribute_accesses.is_told_again_when_set_again", is_told_again_when_set_again },
	{ "attribute_accesses.killing_ends_the_wait", killing_ends_the_wait },
	{ "attribute_accesses.disabling_ends_the_wait", disabling_ends_the_wait },
	{ "attribute_accesses.closing_the_vm_ends_the_wait", closing_the_vm_ends_the_wait },
	{ "attribute_accesses.clearing_passes_a_change_of_slots",
	  clearing_passes_a_change_of_slots },
	{ 0 },
};
