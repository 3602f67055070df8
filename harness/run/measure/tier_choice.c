// SPDX-License-Identifier: GPL-2.0-only
#include "tier_choice.h"

#include <string.h>

#include "../base/file.h"
#include "../host/cpus.h"
#include "../host/machine.h"
#include "../host/nature.h"
#include "../store/record.h"

#define PROBE_TIMEOUT_S 20

static int run_probe(const struct setup *setup, const struct point *p, json_t **record)
{
	char *dir = scratch_make();
	struct job job = {
		.setup = setup,
		.host = &host_native,
		.point = p,
		.log_dir = dir,
		.stem = "point",
		.timeout_s = PROBE_TIMEOUT_S,
	};
	int failed;

	if (!dir)
		return -1;
	failed = execution_run(&job, record, NULL);
	scratch_remove(dir);
	return failed;
}

int mode_probe(const struct setup *setup, unsigned int mode)
{
	json_t *record;
	struct point p;
	int failed;

	point_defaults(&p);
	p.mode = mode;
	p.tier = machine_nature()->kind == NATURE_REAL ? TIER_HARDWARE : TIER_NESTED;
	if (point_set_pair(&p, "pages=16") || point_set_pair(&p, "fetch=0") ||
	    point_set_pair(&p, "seconds=0") || point_resolve(&p))
		return -1;
	failed = run_probe(setup, &p, &record);
	if (failed)
		return failed;
	if (strcmp(record_status(record), "ok"))
		failed = error("%s", record_reason(record));
	json_decref(record);
	return failed;
}

/* Returns 0 when all wanted modes work natively, -1 after error(), or INTERRUPTED. */
static int check_modes(const struct setup *setup, const bool *wanted)
{
	char missing[256] = "", reason[1024] = "";
	size_t n = 0;

	for (unsigned int mode = 0; mode < MODE_COUNT; mode++) {
		int failed = wanted[mode] ? mode_probe(setup, mode) : 0;

		if (failed == INTERRUPTED)
			return failed;
		if (!failed || n >= sizeof(missing))
			continue;
		if (!n)
			snprintf(reason, sizeof(reason), "%s", error_text());
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
static int check_tier(const struct setup *setup, enum tier tier, const struct plan_uses *uses)
{
	if (check_arches(setup, tier, uses->arches))
		return -1;
	return tier_kinds[tier].host == HOST_NATIVE ? check_modes(setup, uses->modes) : 0;
}

static int choose_best(const struct setup *setup, const struct plan_uses *uses,
		       struct tier_choice *choice)
{
	char reasons[sizeof(choice->why)] = "";
	size_t n = 0;

	for (enum tier t = TIER_AUTO + 1; t < TIER_COUNT; t++) {
		int failed = check_tier(setup, t, uses);

		if (failed == INTERRUPTED)
			return failed;
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

int tier_choose(const struct setup *setup, enum tier asked, const struct plan_uses *uses,
		struct tier_choice *choice)
{
	if (asked == TIER_AUTO)
		return choose_best(setup, uses, choice);
	if (check_arches(setup, asked, uses->arches))
		return error("tier %s cannot run here: %s", tier_kinds[asked].name, error_text());
	*choice = (struct tier_choice){ .tier = asked, .why = "asked for" };
	return 0;
}

enum placement placement_in(enum tier tier, enum placement asked)
{
	if (tier_kinds[tier].host != HOST_NATIVE)
		return PLACEMENT_NONE;
	return asked == PLACEMENT_DEFAULT ? PLACEMENT_NEAR : asked;
}

int point_place(struct point *p, const struct setup *setup, enum placement asked)
{
	const enum placement placement = placement_in(p->tier, asked);
	const struct host *host = host_of(p->tier);

	if (asked != PLACEMENT_DEFAULT && placement != asked)
		return error("--placement %s has no meaning in tier %s, whose CPUs are not this "
			     "machine's",
			     placement_names[asked], tier_kinds[p->tier].name);
	plan_place_simulated(p);
	if (host->check_point && host->check_point(setup, p))
		return -1;
	if (tier_kinds[p->tier].host == HOST_NATIVE && cpus_check(p))
		return -1;
	if (placement == PLACEMENT_NONE || *p->vcpu_cpus || *p->reader_cpus)
		return 0;
	return placement_make_here(placement, p);
}
