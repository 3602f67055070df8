// SPDX-License-Identifier: GPL-2.0-only
/*
 * Exit on missing: a vCPU that faults leaves KVM_RUN at once, and its thread puts
 * the page there. The userfaultfd is for accesses of KVM itself.
 */
#include "../point/uffd.h"

static const char *probe(struct vm *vm)
{
	return vm_capability(vm, ABI_CAP_EXIT_ON_MISSING) > 0 ?
		       NULL :
		       "the kernel lacks KVM_CAP_EXIT_ON_MISSING (capability 1236); apply the series in "
		       "kernel/series, with CONFIG_KVM_EXIT_ON_MISSING=y";
}

static void start(struct measurement *m)
{
	m->slot.flags |= ABI_MEM_EXIT_ON_MISSING;
	uffds_start(m);
}

const struct mode mode_uffd_exit = {
	.kvm_waits = true,
	.way = WAY_EXIT,
	.probe = probe,
	.start = start,
	.stop = uffds_stop,
	.resolve = uffd_resolve,
	.wake = uffd_wake,
	.present = uffd_present,
	.is_present = uffd_is_present,
	.cpu_ns = uffds_cpu_ns,
};
