// SPDX-License-Identifier: GPL-2.0-only
#include "host.h"
#include "nature.h"

const struct host *host_of(enum tier tier)
{
	static const struct host *const hosts[] = {
		[HOST_NATIVE] = &host_native,
		[HOST_VM] = &host_vm,
	};

	return hosts[tier_kinds[tier].host];
}

int tier_check(const struct setup *setup, enum tier tier, enum arch arch)
{
	enum machine_need need = tier_kinds[tier].machine;
	const struct nature *nature = machine_nature();

	if (need == MACHINE_REAL && nature->kind == NATURE_VIRTUAL)
		return error("this machine is itself a VM (%s); its best tier with /dev/kvm is "
			     "nested",
			     nature->how);
	if (need == MACHINE_REAL && nature->kind == NATURE_UNTOLD)
		return error("whether this machine is a VM cannot be told (%s), and times of one "
			     "are no claims; its best tier with /dev/kvm is nested",
			     nature->how);
	if (need == MACHINE_VIRTUAL && nature->kind == NATURE_REAL)
		return error("this machine is not a VM (%s); its tier with /dev/kvm is hardware",
			     nature->how);
	return host_of(tier)->prepare(setup, arch);
}
