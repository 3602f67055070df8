// SPDX-License-Identifier: GPL-2.0-only
/* KVM_MEM_EXIT_ON_MISSING. */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test.h"
#include "uffd_server.h"
#include "world.h"

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

#define PAGE 5u
#define WORD 0x1234567ull

static void capability(void)
{
	struct world w;

	create_world(&w, 0);
	need_exit_on_missing(&w);
	check_capability(&w, ABI_CAP_EXIT_ON_MISSING);
}

static int try_v1(struct world *w, uint32_t flags)
{
	const struct kvm_userspace_memory_region region = {
		.slot = VM_TEST_SLOT,
		.flags = flags,
		.guest_phys_addr = VM_TEST_GPA,
		.memory_size = HUGE_BYTES,
		.userspace_addr = (uintptr_t)w->memory,
	};

	return ioctl(w->vm.fd, KVM_SET_USER_MEMORY_REGION, &region) ? -errno : 0;
}

static void not_with_readonly(void)
{
	struct world w;

	create_world(&w, 0);
	need_exit_on_missing(&w);
	check_equal("creation with READONLY",
		    try_slot(&w, ABI_MEM_EXIT_ON_MISSING | KVM_MEM_READONLY), -EINVAL);
	check_equal("creation with READONLY by the older ioctl",
		    try_v1(&w, ABI_MEM_EXIT_ON_MISSING | KVM_MEM_READONLY), -EINVAL);
	set_slot(&w, KVM_MEM_READONLY);
	check_equal("a change of a read-only slot",
		    try_slot(&w, ABI_MEM_EXIT_ON_MISSING | KVM_MEM_READONLY), -EINVAL);
}

static void both_ioctls_take_the_flag(void)
{
	struct world w;

	create_world(&w, 0);
	need_exit_on_missing(&w);
	check_equal("the older ioctl", try_v1(&w, ABI_MEM_EXIT_ON_MISSING), 0);
	expect_read_fault(&w.vcpus[0], PAGE, 0);
	set_slot(&w, 0);
	run_command(&w.vcpus[0]);
	set_slot(&w, ABI_MEM_EXIT_ON_MISSING);
	expect_read_fault(&w.vcpus[0], PAGE + 1, 0);
	/* With the flag that the older one has always known. */
	check_equal("with LOG_DIRTY_PAGES",
		    try_v1(&w, ABI_MEM_EXIT_ON_MISSING | KVM_MEM_LOG_DIRTY_PAGES), 0);
	expect_fault(&w.vcpus[0], PAGE + 1, 0);
}

/* A kernel can be built without; one without the other would have all tests of it skipped. */
static void flag_goes_with_capability(void)
{
	struct world w;

	create_world(&w, 0);
	if (vm_capability(&w.vm, ABI_CAP_EXIT_ON_MISSING)) {
		set_slot(&w, ABI_MEM_EXIT_ON_MISSING);
		return;
	}
	check_equal("creation", try_slot(&w, ABI_MEM_EXIT_ON_MISSING), -EINVAL);
	check_equal("creation by the older ioctl", try_v1(&w, ABI_MEM_EXIT_ON_MISSING), -EINVAL);
	set_slot(&w, 0);
	check_equal("a change", try_slot(&w, ABI_MEM_EXIT_ON_MISSING), -EINVAL);
	check_equal("the word", guest_read(&w.vcpus[0], PAGE), 0);
}

static void missing_page_exits(void)
{
	static const enum command commands[] = { COMMAND_READ, COMMAND_WRITE, COMMAND_CALL };
	struct world w;

	start_exit_on_missing(&w);
	for (uint64_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		give_command(&w.vcpus[0], commands[i], page_gpa(PAGE + i), WORD);
		expect_fault(&w.vcpus[0], PAGE + i, 0);
		/* Nothing has changed, so neither does the answer. */
		expect_fault(&w.vcpus[0], PAGE + i, 0);
		*host_word(&w, PAGE + i) = CODE_RETURN;
		run_command(&w.vcpus[0]);
	}
	check_equal("what was written", *host_word(&w, PAGE + 1), WORD);
	check_equal("what was read first", guest_read(&w.vcpus[0], PAGE), CODE_RETURN);
}

/* The guest's page tables are memory like any other. */
static void page_table_walk_exits(void)
{
	struct world w;

	if (!arch_has_stage_2())
		skip("with shadow paging KVM itself walks the guest's tables, and it does not exit");
	start_exit_on_missing(&w);
	give_command(&w.vcpus[0], COMMAND_READ_BY_TABLE, page_gpa(PAGE), 0);
	expect_fault(&w.vcpus[0], PAGE, 0);
	*host_word(&w, PAGE) = page_gpa(0) | BLOCK_BITS;
	expect_fault(&w.vcpus[0], 0, 0);
	*host_word(&w, 0) = WORD;
	check_equal("the word", run_command(&w.vcpus[0]), WORD);
}

/* What is not a vCPU's access does not wait either, and is told where it has got to. */
static void pre_fault_stops_at_a_missing_page(void)
{
	struct pre_fault range = { .gpa = page_gpa(PAGE), .size = 2 * PAGE_BYTES };
	struct world w;

	start_exit_on_missing(&w);
	need_pre_fault(&w);
	*host_word(&w, PAGE) = WORD;
	mark_run(&w.vcpus[0]);
	check_equal("the first page", pre_fault(&w.vcpus[0], &range), 0);
	check_equal("the end of what was mapped", range.gpa, page_gpa(PAGE + 1));
	check_equal("a missing page", pre_fault(&w.vcpus[0], &range), -EFAULT);
	check_equal("where the range begins", range.gpa, page_gpa(PAGE + 1));
	check_run_is_marked(&w.vcpus[0]);
}

static void present_page_does_not_exit(void)
{
	struct world w;

	start_exit_on_missing(&w);
	*host_word(&w, PAGE) = WORD;
	check_equal("the word", guest_read(&w.vcpus[0], PAGE), WORD);
	guest_write(&w.vcpus[0], PAGE, WORD + 1);
	check_equal("the word", *host_word(&w, PAGE), WORD + 1);
}

static void vcpus_do_not_wake_the_userfaultfd(void)
{
	struct uffd_server server;
	struct world w;

	start_exit_on_missing(&w);
	start_uffd_server(&server, &w);
	expect_read_fault(&w.vcpus[0], PAGE, 0);
	uffd_copy_quietly(&server, PAGE, WORD);
	check_equal("the word", run_command(&w.vcpus[0]), WORD);
	check_equal("events", server.events, 0);
}

static void minor_fault_exits(void)
{
	struct uffd_server server;
	struct world w;
	uint8_t *alias, *mapped;
	int fd = memfd_create("tested", 0);

	create_world(&w, 0);
	need_exit_on_missing(&w);
	check(fd >= 0 && !ftruncate(fd, HUGE_BYTES), "memfd: %s", strerror(errno));
	mapped = mmap(w.memory, HUGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0);
	check(mapped == w.memory, "mmap: %s", strerror(errno));
	alias = mmap(NULL, HUGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	check(alias != MAP_FAILED, "mmap: %s", strerror(errno));
	*(uint64_t *)(alias + PAGE * PAGE_BYTES) = WORD;
	set_slot(&w, ABI_MEM_EXIT_ON_MISSING);
	start_minor_uffd_server(&server, &w);

	expect_read_fault(&w.vcpus[0], PAGE, 0);
	uffd_continue_quietly(&server, PAGE);
	check_equal("the word", run_command(&w.vcpus[0]), WORD);
	check_equal("events", server.events, 0);
}

static void flag_toggled_on_a_live_slot(void)
{
	struct vcpu *vcpu;
	struct world w;

	create_world(&w, 0);
	need_exit_on_missing(&w);
	vcpu = &w.vcpus[0];
	set_slot(&w, 0);
	guest_write(vcpu, PAGE, WORD);

	set_slot(&w, ABI_MEM_EXIT_ON_MISSING);
	check_equal("a page mapped before", guest_read(vcpu, PAGE), WORD);
	expect_read_fault(vcpu, PAGE + 1, 0);

	set_slot(&w, 0);
	check_equal("a missing page afterwards", run_command(vcpu), 0);
}

/* A guest access that fast GUP cannot satisfy although the page is there. */
static void expect_populate_resolves(struct world *w, uint64_t word)
{
	struct vcpu *vcpu = &w->vcpus[0];

	expect_read_fault(vcpu, PAGE, 0);
	check(!madvise((void *)host_word(w, PAGE), PAGE_BYTES, MADV_POPULATE_WRITE),
	      "MADV_POPULATE_WRITE: %s", strerror(errno));
	check_equal("the word", run_command(vcpu), word);
}

static void zero_page_needs_populate(void)
{
	struct world w;

	start_exit_on_missing(&w);
	check_equal("the word on the host", *host_word(&w, PAGE), 0);
	expect_populate_resolves(&w, 0);
}

static void shared_with_child_needs_populate(void)
{
	struct world w;
	pid_t child;

	start_exit_on_missing(&w);
	*host_word(&w, PAGE) = WORD;
	child = fork_helper();
	if (child == 0) {
		pause();
		_exit(0);
	}
	expect_populate_resolves(&w, WORD);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

static void read_only_mapping_cannot_be_populated(void)
{
	struct world w;

	start_exit_on_missing(&w);
	*host_word(&w, PAGE) = WORD;
	mprotect((void *)host_word(&w, PAGE), PAGE_BYTES, PROT_READ);
	expect_read_fault(&w.vcpus[0], PAGE, 0);
	/* This is how a VMM learns that going back into the guest is no use. */
	check(madvise((void *)host_word(&w, PAGE), PAGE_BYTES, MADV_POPULATE_WRITE) < 0,
	      "a read-only page could be populated for writing");
	expect_fault(&w.vcpus[0], PAGE, 0);
	mprotect((void *)host_word(&w, PAGE), PAGE_BYTES, PROT_READ | PROT_WRITE);
	check(!madvise((void *)host_word(&w, PAGE), PAGE_BYTES, MADV_POPULATE_WRITE),
	      "MADV_POPULATE_WRITE: %s", strerror(errno));
	check_equal("the word", run_command(&w.vcpus[0]), WORD);
}

const struct kvm_test exit_on_missing_tests[] = {
	{ "exit_on_missing.capability", capability },
	{ "exit_on_missing.not_with_readonly", not_with_readonly },
	{ "exit_on_missing.both_ioctls_take_the_flag", both_ioctls_take_the_flag },
	{ "exit_on_missing.flag_goes_with_capability", flag_goes_with_capability },
	{ "exit_on_missing.missing_page_exits", missing_page_exits },
	{ "exit_on_missing.page_table_walk_exits", page_table_walk_exits },
	{ "exit_on_missing.pre_fault_stops_at_a_missing_page", pre_fault_stops_at_a_missing_page },
	{ "exit_on_missing.present_page_does_not_exit", present_page_does_not_exit },
	{ "exit_on_missing.vcpus_do_not_wake_the_userfaultfd", vcpus_do_not_wake_the_userfaultfd },
	{ "exit_on_missing.minor_fault_exits", minor_fault_exits },
	{ "exit_on_missing.flag_toggled_on_a_live_slot", flag_toggled_on_a_live_slot },
	{ "exit_on_missing.zero_page_needs_populate", zero_page_needs_populate },
	{ "exit_on_missing.shared_with_child_needs_populate", shared_with_child_needs_populate },
	{ "exit_on_missing.read_only_mapping_cannot_be_populated",
	  read_only_mapping_cannot_be_populated },
	{ 0 },
};
