// SPDX-License-Identifier: GPL-2.0-only
/* Handler threads read one or several userfaultfds, put the page there and wake. */
#include "../point/uffd.h"

const struct mode mode_uffd = {
	.kvm_waits = true,
	.way = WAY_EVENT,
	.start = uffds_start,
	.stop = uffds_stop,
	.resolve = uffd_resolve,
	.wake = uffd_wake,
	.present = uffd_present,
	.is_present = uffd_is_present,
	.cpu_ns = uffds_cpu_ns,
};
