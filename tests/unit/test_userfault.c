// SPDX-License-Identifier: GPL-2.0-only
/* Which kernels are taken for ones with KVM Userfault, and what is read of a memory fault. */
#include "unit.h"

#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>

#include "../../harness/modes/userfault.h"
#include "fail_stub.h"

#define USER_ENDS (1ull << 47)

/* What a kernel makes of a memslot. */
static struct fake_kvm {
	uint32_t known_flags;
	bool reads_bitmap; /* its address is checked where the flag is set */
	uint64_t alignment; /* that is asked of it */
	bool keeps_slots; /* cannot remove them */
} kvm;
static unsigned int slots;
static struct abi_memory_fault exit_data;

static int refuse(int error)
{
	errno = error;
	return -1;
}

static int set_slot(const struct abi_memory_region2 *region)
{
	const uint64_t bitmap = region->userfault_bitmap;
	const bool has_bitmap = region->flags & ABI_MEM_USERFAULT && kvm.reads_bitmap;

	if (region->flags & ~kvm.known_flags)
		return refuse(EINVAL);
	if (has_bitmap && (bitmap >= USER_ENDS || bitmap % kvm.alignment))
		return refuse(EINVAL);
	if (!region->memory_size && (kvm.keeps_slots || !slots))
		return refuse(EINVAL);
	slots += region->memory_size ? 1 : -1;
	return 0;
}

static struct kvm_run run;

/* In place of the C library's. */
int ioctl(int fd, unsigned long request, ...)
{
	const void *argument;
	va_list arguments;

	(void)fd;
	va_start(arguments, request);
	argument = va_arg(arguments, void *);
	va_end(arguments);
	switch (request) {
	case ABI_SET_USER_MEMORY_REGION2:
		return set_slot(argument);
	case KVM_RUN:
		run.exit_reason = ABI_EXIT_MEMORY_FAULT;
		memcpy(&run.hw, &exit_data, sizeof(exit_data));
		return refuse(EFAULT);
	default:
		return refuse(ENOTTY);
	}
}

static struct vm vm;

static void expect_lacking(const char *part)
{
	const char *reason = userfault_probe(&vm);

	assert_non_null(reason);
	assert_non_null(strstr(reason, part));
	assert_int_equal(slots, 0);
}

static int start(void **state)
{
	(void)state;
	vm.has_region2 = true;
	slots = 0;
	return 0;
}

static void any_alignment_will_do(void **state)
{
	static const uint64_t alignments[] = { 1, sizeof(long) };

	(void)state;
	for (size_t i = 0; i < sizeof(alignments) / sizeof(alignments[0]); i++) {
		kvm = (struct fake_kvm){ ABI_MEM_USERFAULT, true, alignments[i], false };
		assert_null(userfault_probe(&vm));
		assert_int_equal(slots, 0);
	}
}

static void kernels_without_it_are_told(void **state)
{
	(void)state;
	kvm = (struct fake_kvm){ KVM_MEM_READONLY, false, 1, false };
	expect_lacking("the kernel lacks KVM Userfault");
	kvm = (struct fake_kvm){ ABI_MEM_USERFAULT, false, 1, false };
	expect_lacking("flag 1 << 3 is not KVM_MEM_USERFAULT");
	kvm = (struct fake_kvm){ ABI_MEM_USERFAULT, true, 1, false };
	vm.has_region2 = false;
	expect_lacking("the kernel lacks KVM Userfault");
}

static void a_slot_that_stays_is_no_secret(void **state)
{
	(void)state;
	kvm = (struct fake_kvm){ ABI_MEM_USERFAULT, true, 1, true };
	assert_true(FAILS(userfault_probe(&vm)));
	assert_non_null(strstr(fail_message, "removing the memslot"));
}

/* Exit on missing as posted tells the kind of access, too. */
static void kinds_of_access_are_left_out(void **state)
{
	static const uint64_t told[] = { 0, 1, 2, 4, 7 };
	struct vcpu vcpu = { .vm = &vm, .run = &run };

	(void)state;
	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++) {
		exit_data = (struct abi_memory_fault){
			.flags = ABI_MEMORY_EXIT_FLAG_USERFAULT | told[i],
			.gpa = VM_TEST_GPA,
			.size = PAGE_BYTES,
		};
		assert_int_equal(vcpu_run(&vcpu), VCPU_MEMORY_FAULT);
		assert_int_equal(vcpu.fault.flags, ABI_MEMORY_EXIT_FLAG_USERFAULT);
		assert_int_equal(vcpu.fault.gpa, VM_TEST_GPA);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(any_alignment_will_do, start),
		cmocka_unit_test_setup(kernels_without_it_are_told, start),
		cmocka_unit_test_setup(a_slot_that_stays_is_no_secret, start),
		cmocka_unit_test_setup(kinds_of_access_are_left_out, start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
