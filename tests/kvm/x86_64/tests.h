/* SPDX-License-Identifier: GPL-2.0-only */
/* The tables of tests that only x86-64 has, which arch_tables[] lists. */
#ifndef FAULTLINE_X86_64_TESTS_H
#define FAULTLINE_X86_64_TESTS_H

#include "../test.h"

extern const struct kvm_test async_page_fault_tests[];
extern const struct kvm_test async_pf_user_tests[];

#endif
