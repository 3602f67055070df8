// SPDX-License-Identifier: GPL-2.0-only
/* `faultline list`: what can be asked for. */
#include <string.h>

#include "../../../workloads/workload.h"
#include "../../mode.h"
#include "commands.h"
#include "command_line.h"
#include "../host/setup.h"
#include "../plan/sweep.h"

static void list_pair(const char *name, const char *summary)
{
	printf("  %-26s %s\n", name, summary);
}

static void list_pairs(const char *title, const char *const *names, const char *const *summaries)
{
	printf("%s\n", title);
	for (size_t i = 0; names[i]; i++)
		list_pair(names[i], summaries[i]);
}

static void list_tiers(void)
{
	puts("Tiers");
	for (enum tier t = TIER_AUTO + 1; t < TIER_COUNT; t++)
		list_pair(tier_kinds[t].name, tier_kinds[t].about);
}

static void list_sweeps(const char *root)
{
	struct strings names = { 0 };

	puts("Sweeps");
	sweep_names(root, &names);
	for (size_t i = 0; i < names.n; i++) {
		struct sweep sweep;
		int failed = sweep_load(&sweep, root, names.v[i]);

		list_pair(names.v[i], failed ? error_text() : sweep.summary);
		sweep_free(&sweep);
	}
	strings_free(&names);
}

static void list_kernels(void)
{
	puts("Kernels under test");
	setup_each_kernel(list_pair);
}

static void list_keys(void)
{
	struct point defaults;

	point_defaults(&defaults);
	puts("Keys of a point, in sweep files and as KEY=VALUE, with their defaults");
	for (size_t i = 0; i < point_keys_count; i++) {
		const struct key *key = &point_keys[i];
		char value[512], values[512];

		point_get(&defaults, key, value, sizeof(value));
		/* A default that depends on other keys: its help says which it is. */
		if (point_set(&defaults, key->name, value))
			value[0] = '\0';
		printf("  %s=%s\n      %s: %s\n", key->name, value, key->help,
		       point_key_values(key, values, sizeof(values)));
	}
}

int cmd_list(int argc, char **argv)
{
	static const char usage[] =
		"usage: faultline list\n"
		"Lists benchmarks, modes, workloads, sweeps, backings, tiers, kernels, and the keys of a point.";
	int code = options_refuse(usage, argc, argv);
	struct setup setup;

	if (code >= 0)
		return code;
	setup_init(&setup);
	list_pairs("Benchmarks", bench_names, bench_summaries);
	list_pairs("Modes", mode_names, mode_summaries);
	list_pairs("Workloads", workload_names, workload_summaries);
	list_sweeps(setup.root);
	list_pairs("Backings", backing_names, backing_summaries);
	list_tiers();
	list_kernels();
	list_keys();
	setup_free(&setup);
	return EXIT_FINE;
}
