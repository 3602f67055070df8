// SPDX-License-Identifier: GPL-2.0-only
#include "tests.h"

const struct kvm_test *const arch_tables[] = { async_page_fault_tests, async_pf_user_tests, NULL };
