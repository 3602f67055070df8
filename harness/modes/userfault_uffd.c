// SPDX-License-Identifier: GPL-2.0-only
/* KVM Userfault for the vCPUs, and a userfaultfd that catches KVM's own accesses. */
#include "../point/uffd.h"
#include "userfault.h"

static void start(struct measurement *m)
{
	userfault_start(m);
	uffds_start(m);
}

static void stop(struct measurement *m)
{
	uffds_stop(m);
	userfault_stop(m);
}

static void resolve(struct measurement *m, uint64_t page, const void *content, bool may_wake)
{
	uffd_resolve(m, page, content, may_wake);
	userfault_clear(m, page);
}

static void present(struct measurement *m, uint64_t first, uint64_t count)
{
	uffd_present(m, first, count);
	userfault_present(m, first, count);
}

static bool is_present(const struct measurement *m, uint64_t page)
{
	return uffd_is_present(m, page) && userfault_is_present(m, page);
}

const struct mode mode_userfault_uffd = {
	.kvm_waits = true,
	.way = WAY_EXIT,
	.probe = userfault_probe,
	.start = start,
	.stop = stop,
	.resolve = resolve,
	.wake = uffd_wake,
	.present = present,
	.is_present = is_present,
	.cpu_ns = uffds_cpu_ns,
};
