// SPDX-License-Identifier: GPL-2.0-only
/* KVM_MEMORY_ATTRIBUTE_USERFAULT: what the ioctls accept and refuse. */
#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "attributes.h"
#include "test.h"

#define ATTRIBUTE ABI_MEMORY_ATTRIBUTE_USERFAULT
#define PAGE 13u

static int try_enable(struct world *w, uint64_t option, uint64_t fd)
{
	return vm_enable(&w->vm, ABI_CAP_USERFAULT_ATTRIBUTE, option, fd);
}

static int try_attributes(struct world *w, uint64_t attributes)
{
	return vm_set_attributes(&w->vm, page_gpa(PAGE), PAGE_BYTES, attributes);
}

static uint64_t reported_attributes(struct world *w)
{
	return vm_capability(&w->vm, ABI_CAP_MEMORY_ATTRIBUTES);
}

static void capability(void)
{
	struct world w;

	create_world(&w, 0);
	need_attributes(&w);
	check_capability(&w, ABI_CAP_USERFAULT_ATTRIBUTE);
}

/* One without the other would have all tests of the feature skipped. */
static void ioctls_go_with_capability(void)
{
	uint64_t gfn;
	struct world w;
	int err;

	create_world(&w, 0);
	if (vm_capability(&w.vm, ABI_CAP_USERFAULT_ATTRIBUTE)) {
		check_equal("KVM_READ_USERFAULT", -read_userfault(&w, &gfn), ENOENT);
		return;
	}
	err = -read_userfault(&w, &gfn);
	/* As either architecture has it for ioctls that it does not know. */
	check(err == ENOTTY || err == EINVAL,
	      "KVM_READ_USERFAULT without the capability ended with %s", strerror(err));
	check_equal("enabling without the capability",
		    -try_enable(&w, ABI_USERFAULT_ENABLE, eventfd(0, 0)), EINVAL);
	skip("this kernel has no KVM_MEMORY_ATTRIBUTE_USERFAULT");
}

static void attribute_is_there_while_enabled(void)
{
	struct world w;

	create_world(&w, 0);
	need_attributes(&w);
	set_slot(&w, 0);
	check_equal("the attribute before", reported_attributes(&w) & ATTRIBUTE, 0);
	check_equal("setting it before", -try_attributes(&w, ATTRIBUTE), EINVAL);
	for (unsigned int round = 0; round < 2; round++) {
		close(enable_attributes(&w));
		check_equal("the attribute while enabled", reported_attributes(&w) & ATTRIBUTE,
			    ATTRIBUTE);
		set_attribute(&w, PAGE, 1);
		expect_read_fault(&w.vcpus[0], PAGE, ABI_MEMORY_EXIT_FLAG_USERFAULT);
		disable_attributes(&w);
		check_equal("the attribute after", reported_attributes(&w) & ATTRIBUTE, 0);
		check_equal("setting it after", -try_attributes(&w, ATTRIBUTE), EINVAL);
		run_command(&w.vcpus[0]);
	}
}

/* What has been refused must not have enabled anything. */
static void bad_arguments_refused(void)
{
	static const uint64_t options[] = {
		0,
		ABI_USERFAULT_ENABLE | ABI_USERFAULT_DISABLE,
		4,
		4 | ABI_USERFAULT_ENABLE,
		4 | ABI_USERFAULT_DISABLE,
		1ull << 32 | ABI_USERFAULT_ENABLE,
		UINT64_MAX,
	};
	struct kvm_enable_cap cap = {
		.cap = ABI_CAP_USERFAULT_ATTRIBUTE,
		.args = { ABI_USERFAULT_ENABLE },
	};
	int event = eventfd(0, 0);
	struct world w;

	create_world(&w, 0);
	need_attributes(&w);
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		check_equal("option", -try_enable(&w, options[i], event), EINVAL);
	cap.args[1] = event;
	cap.flags = 1;
	check(ioctl(w.vm.fd, KVM_ENABLE_CAP, &cap) && errno == EINVAL, "flags were taken");
	cap.flags = 0;
	for (unsigned int i = 2; i < 4; i++) {
		cap.args[i] = 1;
		check(ioctl(w.vm.fd, KVM_ENABLE_CAP, &cap) && errno == EINVAL, "args[%u] was taken",
		      i);
		cap.args[i] = 0;
	}
	check_equal("no descriptor", -try_enable(&w, ABI_USERFAULT_ENABLE, -1), EBADF);
	check_equal("one beyond int", -try_enable(&w, ABI_USERFAULT_ENABLE, (1ull << 32) + event),
		    EBADF);
	check_equal("one that is no eventfd", -try_enable(&w, ABI_USERFAULT_ENABLE, w.vm.kvm_fd),
		    EINVAL);
	check_equal("the attribute", reported_attributes(&w) & ATTRIBUTE, 0);
	check_equal("disabling what is off", -try_enable(&w, ABI_USERFAULT_DISABLE, 0), 0);
	enable_attributes(&w);
	check_equal("enabling again", -try_enable(&w, ABI_USERFAULT_ENABLE, event), EEXIST);
	check_equal("both, while on", -try_enable(&w, options[1], event), EINVAL);
	check_equal("the attribute", reported_attributes(&w) & ATTRIBUTE, ATTRIBUTE);
}

static void other_attributes_refused(void)
{
	struct world w;

	start_attributes(&w);
	for (unsigned int bit = 0; bit < 64; bit++) {
		const uint64_t attribute = 1ull << bit;

		if (attribute & reported_attributes(&w))
			continue;
		check_equal("another attribute", -try_attributes(&w, attribute), EINVAL);
		check_equal("one more", -try_attributes(&w, attribute | ATTRIBUTE), EINVAL);
	}
	check_equal("the word", guest_read(&w.vcpus[0], PAGE), 0);
}

const struct kvm_test attribute_ioctl_tests[] = {
	{ "attribute_ioctls.capability", capability },
	{ "attribute_ioctls.ioctls_go_with_capability", ioctls_go_with_capability },
	{ "attribute_ioctls.attribute_is_there_while_enabled", attribute_is_there_while_enabled },
	{ "attribute_ioctls.bad_arguments_refused", bad_arguments_refused },
	{ "attribute_ioctls.other_attributes_refused", other_attributes_refused },
	{ 0 },
};
