// SPDX-License-Identifier: GPL-2.0-only
/* `faultline doctor`: what this machine can do, and what to do about the rest. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "command_line.h"
#include "../host/conditions.h"
#include "../host/cpu_share.h"
#include "../host/limits.h"
#include "../host/machine.h"
#include "../host/nature.h"
#include "../measure/tier_choice.h"
#include "../base/spawn.h"
#include "../base/json.h"

static void line(const char *name, bool good, const char *text)
{
	printf("  %-22s%-5s%s\n", name, good ? "yes" : "no", text);
}

static void show_tier(const struct setup *setup, enum tier tier, enum arch arch)
{
	char *name = xasprintf("%s, %s", tier_kinds[tier].name, arch_names[arch]);
	int failed = tier_check(setup, tier, arch);

	line(name, !failed, failed ? error_text() : tier_kinds[tier].about);
	free(name);
}

static void show_tiers(const struct setup *setup)
{
	enum arch own = arch_of_machine();

	puts("Tiers, and architectures under test");
	for (enum tier t = TIER_AUTO + 1; t < TIER_COUNT; t++)
		for (enum arch arch = 0; arch < ARCH_COUNT; arch++)
			if (arch == own || tier_kinds[t].host == HOST_VM)
				show_tier(setup, t, arch);
}

/* Returns 0, or INTERRUPTED. */
static int show_modes(const struct setup *setup)
{
	puts("Modes with this machine's own kernel (tiers in a VM: those of the kernel under test)");
	if (host_native.prepare(setup, arch_of_machine())) {
		line("all", false, error_text());
		return 0;
	}
	for (unsigned int mode = 0; mode < MODE_COUNT; mode++) {
		int failed = mode_probe(setup, mode);

		if (failed == INTERRUPTED)
			return failed;
		line(mode_names[mode], !failed, failed ? error_text() : mode_summaries[mode]);
	}
	return 0;
}

static void show_kernel(const struct setup *setup, enum arch arch)
{
	char *text;
	json_t *manifest = setup_kernel_manifest(setup, arch);

	if (!manifest) {
		line("kernel", false, error_text());
		return;
	}
	text = xasprintf("%s, in %s", json_member(manifest, "version"),
			 setup->targets[arch].kernel_dir);
	line("kernel", true, text);
	free(text);
	json_decref(manifest);
}

static void show_qemu(const struct setup *setup, enum arch arch)
{
	char *version = setup_qemu_version(setup, arch);
	char *text = version ? xasprintf("%s, %s", version, setup->targets[arch].qemu) :
			       xstrdup(error_text());

	line("QEMU", version, text);
	free(text);
	free(version);
}

static void show_file(const char *name, const char *path, enum arch arch)
{
	bool there = !access(path, R_OK);
	char *text =
		there ? xstrdup(path) :
			xasprintf("%s is missing; build it: make ARCHES=%s, or ./run.sh --arch %s",
				  path, arch_names[arch], arch_names[arch]);

	line(name, there, text);
	free(text);
}

static void show_kernel_state(const char *name, const char *state)
{
	printf("  %-22s%s\n", name, state);
}

static void show_target(const struct setup *setup, enum arch arch)
{
	printf("What %s takes\n", arch_names[arch]);
	show_kernel(setup, arch);
	show_qemu(setup, arch);
	show_file("faultline-point", setup->targets[arch].point_program, arch);
	show_file("initramfs", setup->targets[arch].initramfs, arch);
}

/* Programs that are run by name, each with the package that holds it and what it is for. */
static const struct tool {
	char *argv[3];
	const char *package, *purpose;
} tools[] = {
	{ { "gnuplot", "--version" }, "gnuplot-nox", "plots of the report" },
	{ { "git", "--version" }, "git", "the commit in a run's provenance" },
	{ { "sha256sum", "--version" }, "coreutils", "what a run was made with" },
};

static void show_tools(void)
{
	for (size_t i = 0; i < sizeof(tools) / sizeof(tools[0]); i++) {
		const struct tool *tool = &tools[i];
		char *version = command_line_of((char *const *)tool->argv);
		char *missing = xasprintf("cannot be run; for %s; apt-get install %s",
					  tool->purpose, tool->package);

		line(tool->argv[0], version, version ? version : missing);
		free(version);
		free(missing);
	}
}

static void show_limit(const struct limit *limit, const struct setup *setup)
{
	struct room room = limit->room(setup->root);
	char *text = limit_text(limit, &room);

	printf("  %-22s%s\n", limit->name, text);
	free(text);
	free(room.bound);
}

static void show_conditions(const json_t *machine)
{
	puts("Conditions for tiers on this machine's own kernel");
	for (size_t i = 0; i < conditions_count; i++) {
		const struct condition *c = &conditions[i];
		char *found, *text;
		bool is_problem = condition_is_problem(c, machine, &found);

		text = is_problem ? xasprintf("%s: %s; %s", found, c->effect, c->remedy) :
				    xstrdup(found ? found : "this machine shows none");
		printf("  %-22s%-5s%s\n", c->name, is_problem ? "bad" : found ? "good" : "-", text);
		free(text);
		free(found);
	}
}

static void show_machine(const struct setup *setup)
{
	static const char *const natures[] = { "no VM", "a VM", "perhaps a VM" };
	const struct nature *nature = machine_nature();
	json_t *machine = machine_describe();
	char *cpus = cpu_share_text();

	printf("Machine\n  %s, %s: %s\n  %lld CPUs, %lld cores, %lld NUMA nodes\n"
	       "What faultline may use of it\n  %-22s%s\n",
	       json_member(machine, "cpu_model"), natures[nature->kind], nature->how,
	       json_number_of(machine, "cpus"), json_number_of(machine, "cores"),
	       json_number_of(machine, "numa_nodes"), "CPUs", cpus);
	free(cpus);
	for (enum limit_id id = 0; id < LIMIT_COUNT; id++)
		show_limit(&limits[id], setup);
	json_object_set_new(machine, "load", cpu_load());
	show_conditions(machine);
	json_decref(machine);
}

int cmd_doctor(int argc, char **argv)
{
	static const char usage[] =
		"usage: faultline doctor\n"
		"Says what this machine can do: tiers, modes, tools; for what is missing, why,\n"
		"and how to get it.";
	int failed, code = options_refuse(usage, argc, argv);
	struct setup setup;

	if (code >= 0)
		return code;
	setup_init(&setup);
	events_init();
	show_machine(&setup);
	show_tiers(&setup);
	failed = show_modes(&setup);
	if (!failed) {
		for (enum arch arch = 0; arch < ARCH_COUNT; arch++)
			show_target(&setup, arch);
		puts("Kernels under test");
		setup_each_kernel(show_kernel_state);
		puts("Tools");
		show_tools();
	}
	setup_free(&setup);
	return failed ? exit_failed(failed, EXIT_USAGE) : EXIT_FINE;
}
