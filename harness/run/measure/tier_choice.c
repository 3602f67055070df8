// SPDX-License-Identifier: GPL-2.0-only
#include "tier_choice.h"

#include <stdlib.h>
#include <string.h>

#include "../host/host.h"
#include "../host/machine.h"
#include "../store/record.h"
#include "execution.h"
#include "../base/file.h"

#define PROBE_TIMEOUT_S 20

int mode_probe(const struct setup *setup, unsigned int mode, struct mode_probe *probe)
{
	json_t *record, *wall = NULL;
	bool interrupted;
	struct point p;
	char *dir;

	point_defaults(&p);
	p.mode = mode;
	p.tier = machine_is_vm() ? TIER_NESTED : TIER_HARDWARE;
	p.pages = 16;
	point_set(&p, "fetch", "0");
	if (point_resolve(&p))
		return -1;
	dir = scratch_make();
	if (!dir)
		return -1;
	record = execution_run(setup, &host_native, &p, dir, "point", false, PROBE_TIMEOUT_S,
			       &interrupted, &wall);
	scratch_remove(dir);
	if (!record)
		return interrupted ? INTERRUPTED : -1;
	probe->works = !strcmp(record_status(record), "ok");
	snprintf(probe->why_not, sizeof(probe->why_not), "%s", record_reason(record));
	json_decref(record);
	json_decref(wall);
	return 0;
}

/* Returns 0 when all wanted modes work natively, -1 after error(), or INTERRUPTED. */
static int check_modes(const struct setup *setup, const bool *wanted)
{
	char missing[WHY_SIZE] = "", reason[WHY_SIZE] = "";
	struct mode_probe probe;
	size_t n = 0;

	for (unsigned int mode = 0; mode < MODE_COUNT; mode++) {
		int told = wanted[mode] ? mode_probe(setup, mode, &probe) : 0;

		if (told)
			return told;
		if (!wanted[mode] || probe.works || n >= sizeof(missing))
			continue;
		if (!n)
			strcpy(reason, probe.why_not);
		n += snprintf(missing + n, sizeof(missing) - n, "%s%s", n ? ", " : "without ",
			      mode_names[mode]);
	}
	return n ? error("%s (%s)", missing, reason) : 0;
}

static int check_arches(const struct setup *setup, enum tier tier, const bool *wanted)
{
	for (enum arch arch = 0; arch < ARCH_COUNT; arch++)
		if (wanted[arch] && tier_check(setup, tier, arch))
			return -1;
	return 0;
}

/* Only VMs boot a kernel that has all modes. */
static int check_tier(const struct setup *setup, enum tier tier, const struct tier_wanted *wanted)
{
	if (check_arches(setup, tier, wanted->arches))
		return -1;
	return tier_kinds[tier].host == HOST_NATIVE ? check_modes(setup, wanted->modes) : 0;
}

static int choose_best(const struct setup *setup, const struct tier_wanted *wanted,
		       struct tier_choice *choice)
{
	char reasons[WHY_SIZE] = "";
	size_t n = 0;

	for (enum tier t = TIER_AUTO + 1; t < TIER_COUNT; t++) {
		int failed = check_tier(setup, t, wanted);

		if (failed == INTERRUPTED) {
			error("interrupted");
			return INTERRUPTED;
		}
		if (!failed) {
			choice->tier = t;
			snprintf(choice->why, sizeof(choice->why), "the best one here%s%s",
				 n ? "; " : "", reasons);
			return 0;
		}
		if (n < sizeof(reasons))
			n += snprintf(reasons + n, sizeof(reasons) - n, "%snot %s: %s",
				      n ? "; " : "", tier_kinds[t].name, error_text());
	}
	return error("nothing can run here: %s", reasons);
}

int tier_choose(const struct setup *setup, enum tier asked, const struct tier_wanted *wanted,
		struct tier_choice *choice)
{
	if (asked == TIER_AUTO)
		return choose_best(setup, wanted, choice);
	if (check_arches(setup, asked, wanted->arches))
		return error("tier %s cannot run here: %s", tier_kinds[asked].name, error_text());
	*choice = (struct tier_choice){ .tier = asked, .why = "asked for" };
	return 0;
}
