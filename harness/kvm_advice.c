// SPDX-License-Identifier: GPL-2.0-only
#include "kvm_advice.h"

#include <errno.h>

#ifdef __aarch64__
#define LOAD_KVM "boot a kernel with KVM at EL2 or, in a VM, with nested virtualization on its host"
#else
#define LOAD_KVM                                                                            \
	"load kvm_intel or kvm_amd, switch virtualization on in the firmware or, in a VM, " \
	"nested virtualization on its host"
#endif

const char *kvm_advice(int code)
{
	switch (code) {
	case EACCES:
		return "join the group that owns it (usermod -aG kvm, then log in again), or become "
		       "root; a container needs that group, too (--group-add)";
	case EPERM:
		return "the rules of a container or its cgroup forbid the device: start it with "
		       "--device /dev/kvm";
	case EBUSY:
		return "another hypervisor (VirtualBox, VMware, Xen) has the CPUs' virtualization: end "
		       "its VMs or unload its modules";
	case EMFILE:
	case ENFILE:
		return "raise the limit on file descriptors (ulimit -n)";
	default:
		return LOAD_KVM "; a container needs --device /dev/kvm";
	}
}
