/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KVM tests. A test is a function that returns when all is well and ends
 * through fail() or skip() (harness/point/fail.h) otherwise. It runs in a
 * process of its own, with a time limit.
 */
#ifndef FAULTLINE_TEST_H
#define FAULTLINE_TEST_H

#include <stddef.h>

#include "../../harness/point/fail.h"

struct kvm_test {
	const char *name;
	void (*run)(void);
};

/* One table a file; the last row is empty. To add a file: a line here, in main.c, in kvm.mk. */
extern const struct kvm_test harness_tests[];
extern const struct kvm_test memory_fault_tests[];
extern const struct kvm_test exit_on_missing_tests[];
extern const struct kvm_test userfault_tests[];
extern const struct kvm_test userfault_slot_tests[];
extern const struct kvm_test huge_page_tests[];
extern const struct kvm_test guest_memfd_tests[];
extern const struct kvm_test mapped_guest_memfd_tests[];
extern const struct kvm_test switching_tests[];
extern const struct kvm_test accessor_tests[];
extern const struct kvm_test attribute_ioctl_tests[];
extern const struct kvm_test attribute_tests[];
extern const struct kvm_test attribute_access_tests[];
extern const struct kvm_test private_attribute_tests[];
extern const struct kvm_test two_vcpu_tests[];
extern const struct kvm_test freeze_tests[];
extern const struct kvm_test uffd_queue_tests[];
extern const struct kvm_test *const arch_tables[]; /* what only this one has; NULL at the end */

#define check(condition, ...)              \
	do {                               \
		if (!(condition))          \
			fail(__VA_ARGS__); \
	} while (0)

#define check_equal(what, actual, expected)                                                 \
	do {                                                                                \
		unsigned long long a_ = (actual), e_ = (expected);                          \
                                                                                            \
		if (a_ != e_)                                                               \
			fail("%s is %#llx, not %#llx (%s:%d)", what, a_, e_, __FILE_NAME__, \
			     __LINE__);                                                     \
	} while (0)

/* A line of the report on a test that has passed, such as what it has measured. */
void note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * Runs a function that must end through fail() in a process of its own, and
 * copies its reason. Fails when it does anything else.
 */
void run_to_failure(void (*run)(void), char *reason, size_t size);

#endif
