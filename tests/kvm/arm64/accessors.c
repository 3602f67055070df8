// SPDX-License-Identifier: GPL-2.0-only
#include "../test.h"

const struct kvm_test accessor_tests[] = {
	{ 0 },
};
