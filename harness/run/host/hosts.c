// SPDX-License-Identifier: GPL-2.0-only
#include "host.h"
#include "machine.h"

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

	if (need == MACHINE_REAL && machine_is_vm())
		return error("this machine is itself a VM; its best tier with /dev/kvm is nested");
	if (need == MACHINE_VIRTUAL && !machine_is_vm())
		return error("this machine is not a VM; its tier with /dev/kvm is hardware");
	return host_of(tier)->prepare(setup, arch);
}
