// SPDX-License-Identifier: GPL-2.0-only
#include "tier.h"

#include <stdlib.h>
#include <string.h>

#include "execution.h"
#include "machine.h"
#include "record.h"

#define PROBE_TIMEOUT_S 20

static int check_hardware(const struct setup *setup, enum arch arch, char *why, size_t size)
{
	if (machine_is_vm()) {
		snprintf(why, size,
			 "this machine is itself a VM; its best tier with /dev/kvm is "
			 "nested");
		return -1;
	}
	return host_native.prepare(setup, arch, why, size);
}

static int check_nested(const struct setup *setup, enum arch arch, char *why, size_t size)
{
	if (!machine_is_vm()) {
		snprintf(why, size, "this machine is not a VM; its tier with /dev/kvm is hardware");
		return -1;
	}
	return host_native.prepare(setup, arch, why, size);
}

static int check_vm(const struct setup *setup, enum arch arch, char *why, size_t size)
{
	return host_vm.prepare(setup, arch, why, size);
}

const struct tier_kind tier_kinds[] = {
	[TIER_HARDWARE] = { "hardware", "on this real machine: performance claims", &host_native,
			    check_hardware, true },
	[TIER_NESTED] = { "nested", "on this machine, which is itself a VM: trends", &host_native,
			  check_nested, true },
	[TIER_SIMULATED] = { "simulated",
			     "in QEMU, instructions counted: path lengths, repeatable to the digit",
			     &host_vm, check_vm, false },
	[TIER_EMULATED] = { "emulated", "in QEMU, times mean nothing: functional tests only",
			    &host_vm, check_vm, false },
};

#define TIERS (sizeof(tier_kinds) / sizeof(tier_kinds[0]))

int mode_probe(const struct setup *setup, unsigned int mode, struct mode_probe *probe, char *err,
	       size_t err_size)
{
	json_t *record, *wall = NULL;
	bool interrupted;
	struct point p;
	char *dir;

	point_defaults(&p);
	p.mode = mode;
	p.tier = machine_is_vm() ? TIER_NESTED : TIER_HARDWARE;
	p.pages = 16;
	p.fetch_ns = 0;
	if (point_resolve(&p, err, err_size))
		return -1;
	dir = scratch_make(err, err_size);
	if (!dir)
		return -1;
	record = execution_run(setup, &host_native, &p, dir, "point", false, PROBE_TIMEOUT_S,
			       &interrupted, &wall, err, err_size);
	scratch_remove(dir);
	if (!record)
		return interrupted ? -2 : -1;
	probe->works = !strcmp(record_status(record), "ok");
	snprintf(probe->why_not, sizeof(probe->why_not), "%s", record_reason(record));
	json_decref(record);
	json_decref(wall);
	return 0;
}

/* Returns 0 when all wanted modes work natively, -1 with the reason in why, -2 when interrupted. */
static int check_modes(const struct setup *setup, const bool *wanted, char *why, size_t size)
{
	char *missing = NULL, *reason = NULL;
	struct mode_probe probe;
	int told = 0;

	for (unsigned int mode = 0; mode < MODE_COUNT && !told; mode++) {
		if (!wanted[mode])
			continue;
		told = mode_probe(setup, mode, &probe, why, size);
		if (told || probe.works)
			continue;
		if (!missing) {
			missing = xasprintf("without %s", mode_names[mode]);
			reason = xstrdup(probe.why_not);
		} else {
			char *longer = xasprintf("%s, %s", missing, mode_names[mode]);

			free(missing);
			missing = longer;
		}
	}
	if (!told && missing) {
		snprintf(why, size, "%s (%s)", missing, reason);
		told = -1;
	}
	free(missing);
	free(reason);
	return told;
}

static int check_arches(const struct setup *setup, enum tier tier, const struct tier_wanted *wanted,
			char *why, size_t size)
{
	for (enum arch arch = 0; arch < ARCH_COUNT; arch++)
		if (wanted->arches[arch] && tier_kinds[tier].check(setup, arch, why, size))
			return -1;
	return 0;
}

static int check_tier(const struct setup *setup, enum tier tier, const struct tier_wanted *wanted,
		      char *why, size_t size)
{
	if (check_arches(setup, tier, wanted, why, size))
		return -1;
	return tier_kinds[tier].any_kernel ? check_modes(setup, wanted->modes, why, size) : 0;
}

static int choose_best(const struct setup *setup, const struct tier_wanted *wanted, enum tier *tier,
		       char *why, size_t why_size, char *err, size_t err_size)
{
	char reason[ERR_SIZE], reasons[ERR_SIZE] = "";
	int n = 0;

	for (enum tier t = TIER_AUTO + 1; t < TIERS; t++) {
		int failed = check_tier(setup, t, wanted, reason, sizeof(reason));

		if (failed == -2) {
			snprintf(err, err_size, "interrupted");
			return -2;
		}
		if (!failed) {
			*tier = t;
			snprintf(why, why_size, "the best one here%s%s", n ? "; " : "", reasons);
			return 0;
		}
		if (n >= 0 && (size_t)n < sizeof(reasons))
			n += snprintf(reasons + n, sizeof(reasons) - n, "%snot %s: %s",
				      n ? "; " : "", tier_kinds[t].name, reason);
	}
	snprintf(err, err_size, "nothing can run here: %s", reasons);
	return -1;
}

int tier_choose(const struct setup *setup, enum tier asked, const struct tier_wanted *wanted,
		enum tier *tier, char *why, size_t why_size, char *err, size_t err_size)
{
	char reason[ERR_SIZE];

	if (asked == TIER_AUTO)
		return choose_best(setup, wanted, tier, why, why_size, err, err_size);
	if (check_arches(setup, asked, wanted, reason, sizeof(reason))) {
		snprintf(err, err_size, "tier %s cannot run here: %s", tier_kinds[asked].name,
			 reason);
		return -1;
	}
	*tier = asked;
	snprintf(why, why_size, "asked for");
	return 0;
}
