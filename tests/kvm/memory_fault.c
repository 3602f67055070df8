// SPDX-License-Identifier: GPL-2.0-only
/* KVM_EXIT_MEMORY_FAULT for stage-2 faults that the host's page tables cannot satisfy. */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "test.h"
#include "world.h"

#define PAGE 3u /* any page */

static void start(struct world *w)
{
	create_world(w, 0);
	if (!has_series(w))
		skip("this kernel has none of the features that depend on described faults");
	set_slot(w, 0);
}

static void capability(void)
{
	struct world w;

	create_world(&w, 0);
	if (!has_series(&w))
		skip("this kernel has none of the features that depend on described faults");
	check_capability(&w, ABI_CAP_MEMORY_FAULT_INFO);
}

static void expect_described(struct world *w, enum command command)
{
	give_command(&w->vcpus[0], command, page_gpa(PAGE), 0);
	expect_fault(&w->vcpus[0], PAGE, 0);
}

static void protect(struct world *w, int protection)
{
	check(!mprotect((void *)host_word(w, PAGE), PAGE_BYTES, protection), "mprotect: %s",
	      strerror(errno));
}

static void no_host_mapping(void)
{
	static const enum command commands[] = { COMMAND_READ, COMMAND_WRITE, COMMAND_CALL };
	struct world w;
	void *page;

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		start(&w);
		page = (void *)host_word(&w, PAGE);
		munmap(page, PAGE_BYTES);
		expect_described(&w, commands[i]);
		page = mmap(page, PAGE_BYTES, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
		check(page != MAP_FAILED, "mmap: %s", strerror(errno));
		*host_word(&w, PAGE) = CODE_RETURN;
		run_command(&w.vcpus[0]);
	}
}

static void no_permission(void)
{
	struct world w;

	start(&w);
	protect(&w, PROT_NONE);
	expect_described(&w, COMMAND_READ);
	protect(&w, PROT_READ);
	run_command(&w.vcpus[0]);
	expect_described(&w, COMMAND_WRITE);
	protect(&w, PROT_READ | PROT_WRITE);
	run_command(&w.vcpus[0]);
}

static void mapped_page_taken_away(void)
{
	struct world w;

	start(&w);
	guest_write(&w.vcpus[0], PAGE, 1);
	protect(&w, PROT_NONE);
	expect_described(&w, COMMAND_READ);
	protect(&w, PROT_READ | PROT_WRITE);
	check_equal("the word", run_command(&w.vcpus[0]), 1);
}

/* The page that was touched is told, not the huge one around it that there is none of. */
static void no_huge_page(void)
{
	struct world w;
	void *mapped;

	start(&w);
	mapped = mmap(w.memory, HUGE_BYTES, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | MAP_NORESERVE | MAP_FIXED, -1, 0);
	if (mapped == MAP_FAILED)
		skip("no huge pages of hugetlb's: %s", strerror(errno));
	expect_described(&w, COMMAND_READ);
	mapped = mmap(w.memory, HUGE_BYTES, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	check(mapped != MAP_FAILED, "mmap: %s", strerror(errno));
	check_equal("the word", run_command(&w.vcpus[0]), 0);
}

static void faults_again_until_resolved(void)
{
	struct world w;

	start(&w);
	protect(&w, PROT_NONE);
	expect_described(&w, COMMAND_READ);
	for (unsigned int i = 0; i < 3; i++)
		expect_fault(&w.vcpus[0], PAGE, 0);
	protect(&w, PROT_READ | PROT_WRITE);
	run_command(&w.vcpus[0]);
}

const struct kvm_test memory_fault_tests[] = {
	{ "memory_fault.capability", capability },
	{ "memory_fault.no_host_mapping", no_host_mapping },
	{ "memory_fault.no_permission", no_permission },
	{ "memory_fault.mapped_page_taken_away", mapped_page_taken_away },
	{ "memory_fault.no_huge_page", no_huge_page },
	{ "memory_fault.faults_again_until_resolved", faults_again_until_resolved },
	{ 0 },
};
