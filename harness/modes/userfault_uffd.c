// SPDX-License-Identifier: GPL-2.0-only
/* KVM Userfault for the vCPUs, and a userfaultfd that catches KVM's own accesses. */
#include "../point/uffd.h"
#include "userfault.h"

static void start(struct run *run)
{
	userfault_start(run);
	uffds_start(run);
}

static void stop(struct run *run)
{
	uffds_stop(run);
	userfault_stop(run);
}

static void resolve(struct run *run, uint64_t page, const void *content, bool may_wake)
{
	uffd_resolve(run, page, content, may_wake);
	userfault_clear(run, page);
}

const struct mode mode_userfault_uffd = {
	.way = WAY_EXIT,
	.probe = userfault_probe,
	.start = start,
	.stop = stop,
	.resolve = resolve,
	.wake = uffd_wake,
};
