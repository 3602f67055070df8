// SPDX-License-Identifier: GPL-2.0-only
/* KVM_MEMORY_ATTRIBUTE_USERFAULT together with KVM_MEMORY_ATTRIBUTE_PRIVATE. */
#include "attributes.h"
#include "guest_memfd.h"
#include "test.h"

#define USERFAULT ABI_MEMORY_ATTRIBUTE_USERFAULT
#define PRIVATE ABI_MEMORY_ATTRIBUTE_PRIVATE
#define EXIT_USERFAULT ABI_MEMORY_EXIT_FLAG_USERFAULT
#define EXIT_PRIVATE ABI_MEMORY_EXIT_FLAG_PRIVATE
#define PAGE 5u
#define WORD 0x7777abcdull

/* All pages are private. */
static struct vcpu *start(struct world *w)
{
	struct vcpu *vcpu = start_private(w, 0);

	need_attributes(w);
	enable_attributes(w);
	return vcpu;
}

static void both_are_reported(void)
{
	struct world w;

	start(&w);
	check_equal("the VM's attributes", vm_capability(&w.vm, ABI_CAP_MEMORY_ATTRIBUTES),
		    USERFAULT | PRIVATE);
}

static void private_page_exits_and_keeps_its_content(void)
{
	struct vcpu *vcpu;
	struct world w;

	vcpu = start(&w);
	guest_write(vcpu, PAGE, WORD);
	give_attributes(&w, PAGE, 1, PRIVATE | USERFAULT);
	give_command(vcpu, COMMAND_READ, page_gpa(PAGE), 0);
	expect_fault(vcpu, PAGE, EXIT_PRIVATE | EXIT_USERFAULT);
	expect_fault(vcpu, PAGE, EXIT_PRIVATE | EXIT_USERFAULT);
	give_attributes(&w, PAGE, 1, PRIVATE);
	check_equal("the word", run_command(vcpu), WORD);
	check_equal("the same place in shared memory", *host_word(&w, PAGE), 0);
}

/* A page that is to be filled may become private or shared meanwhile. */
static void stays_when_a_page_is_converted(void)
{
	struct vcpu *vcpu;
	struct world w;

	vcpu = start(&w);
	*host_word(&w, PAGE) = WORD;
	give_attributes(&w, PAGE, 1, PRIVATE | USERFAULT);
	give_command(vcpu, COMMAND_READ, page_gpa(PAGE), 0);
	expect_fault(vcpu, PAGE, EXIT_PRIVATE | EXIT_USERFAULT);
	give_attributes(&w, PAGE, 1, USERFAULT);
	expect_fault(vcpu, PAGE, EXIT_USERFAULT);
	/* Filled and converted back in one. */
	give_attributes(&w, PAGE, 1, PRIVATE);
	check_equal("the private word", run_command(vcpu), 0);
	give_attributes(&w, PAGE, 1, 0);
	check_equal("the shared word", guest_read(vcpu, PAGE), WORD);
}

static void disabling_keeps_private_pages(void)
{
	struct vcpu *vcpu;
	struct world w;

	vcpu = start(&w);
	guest_write(vcpu, PAGE, WORD);
	*host_word(&w, PAGE + 1) = WORD + 1;
	give_attributes(&w, PAGE + 1, 1, USERFAULT);
	give_attributes(&w, PAGE, 1, PRIVATE | USERFAULT);
	disable_attributes(&w);
	check_equal("the private word", guest_read(vcpu, PAGE), WORD);
	check_equal("the shared word", guest_read(vcpu, PAGE + 1), WORD + 1);
}

const struct kvm_test private_attribute_tests[] = {
	{ "private_attributes.both_are_reported", both_are_reported },
	{ "private_attributes.private_page_exits_and_keeps_its_content",
	  private_page_exits_and_keeps_its_content },
	{ "private_attributes.stays_when_a_page_is_converted", stays_when_a_page_is_converted },
	{ "private_attributes.disabling_keeps_private_pages", disabling_keeps_private_pages },
	{ 0 },
};
