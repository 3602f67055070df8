// SPDX-License-Identifier: GPL-2.0-only
/* KVM Userfault for the vCPUs, and a userfaultfd that catches KVM's own accesses. */
#include "../point/uffd.h"
#include "userfault.h"

static void resolve(struct run *run, uint64_t page, const void *content, bool may_wake)
{
	uffd_resolve(run, page, content, may_wake);
	userfault_clear(run, page);
}

const struct mode mode_userfault_uffd = {
	.slot_flags = ABI_MEM_USERFAULT,
	.has_exits = true,
	.has_uffds = true,
	.probe = userfault_probe,
	.setup = userfault_setup,
	.resolve = resolve,
};
