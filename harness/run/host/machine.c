// SPDX-License-Identifier: GPL-2.0-only
#include "machine.h"
#include "cpus.h"
#include "nature.h"
#include "sys.h"
#include "topology.h"
#include "../base/json.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

static json_t *count_of(hwloc_topology_t topology, hwloc_obj_type_t type)
{
	int n = hwloc_get_nbobjs_by_type(topology, type);

	return json_integer(n > 0 ? n : 1);
}

static json_t *describe_caches(hwloc_topology_t topology)
{
	json_t *caches = json_array();

	for (hwloc_obj_type_t t = HWLOC_OBJ_L1CACHE; t <= HWLOC_OBJ_L3ICACHE; t++) {
		int count = hwloc_get_nbobjs_by_type(topology, t);
		hwloc_obj_t first = hwloc_get_obj_by_type(topology, t, 0);
		char name[32];

		if (count <= 0 || !first)
			continue;
		hwloc_obj_type_snprintf(name, sizeof(name), first, 0);
		json_array_append_new(caches,
				      json_pack("{s:s, s:I, s:i, s:i}", "name", name, "size_bytes",
						(json_int_t)first->attr->cache.size, "count", count,
						"cpus_each", hwloc_bitmap_weight(first->cpuset)));
	}
	return caches;
}

static void add_topology(json_t *m)
{
	hwloc_topology_t topology = topology_load();

	if (!topology)
		return;
	json_object_set_new(m, "packages", count_of(topology, HWLOC_OBJ_PACKAGE));
	json_object_set_new(m, "numa_nodes", count_of(topology, HWLOC_OBJ_NUMANODE));
	json_object_set_new(m, "cores", count_of(topology, HWLOC_OBJ_CORE));
	json_object_set_new(m, "cpus", count_of(topology, HWLOC_OBJ_PU));
	json_object_set_new(m, "cpus_allowed", json_owned(cpus_allowed_text()));
	json_object_set_new(m, "caches", describe_caches(topology));
	hwloc_topology_destroy(topology);
}

static json_t *setting(const char *path)
{
	return json_owned(sys_read(path));
}

/* Takes over a value, if it is one that is not there yet. */
static void add_different(struct strings *values, char *owned)
{
	for (size_t i = 0; owned && i < values->n; i++) {
		if (strcmp(values->v[i], owned))
			continue;
		free(owned);
		owned = NULL;
	}
	if (owned)
		strings_add(values, owned);
}

/* All of them in one text, null if there are none. Frees them. */
static json_t *joined(struct strings *values)
{
	struct text text;
	json_t *value;

	text_open(&text);
	for (size_t i = 0; i < values->n; i++)
		fprintf(text.out, "%s%s", i ? ", " : "", values->v[i]);
	strings_free(values);
	value = json_of_text(*text_close(&text) ? text.text : NULL);
	free(text.text);
	return value;
}

/* What CPUs say of themselves: those of one machine may differ. */
static json_t *cpu_fields(const char *name)
{
	char *text = sys_read("/proc/cpuinfo"), *rest = text, *line;
	struct strings values = { 0 };

	while ((line = strsep(&rest, "\n"))) {
		char *colon = strstr(line, ": ");

		if (colon && !strncmp(line, name, strlen(name)))
			add_different(&values, xstrdup(colon + 2));
	}
	free(text);
	return joined(&values);
}

/* What files say whose names match; null if there are none. */
static json_t *settings_of(const char *pattern)
{
	struct strings files = sys_find(pattern), values = { 0 };

	for (size_t i = 0; i < files.n; i++)
		add_different(&values, sys_read(files.v[i]));
	strings_free(&files);
	return joined(&values);
}

#define CPU "/sys/devices/system/cpu"
#define MM "/sys/kernel/mm"
#define CLOCK "/sys/devices/system/clocksource/clocksource0/current_clocksource"

/* Members that are files as they stand. */
static const struct {
	const char *name, *pattern;
} settings[] = {
	{ "governor", CPU "/cpu[0-9]*/cpufreq/scaling_governor" },
	{ "frequency_driver", CPU "/cpu[0-9]*/cpufreq/scaling_driver" },
	{ "boost", CPU "/cpufreq/boost" },
	{ "no_turbo", CPU "/intel_pstate/no_turbo" },
	{ "smt", CPU "/smt/control" },
	{ "thp", MM "/transparent_hugepage/enabled" },
	{ "thp_shmem", MM "/transparent_hugepage/shmem_enabled" },
	{ "thp_defrag", MM "/transparent_hugepage/defrag" },
	{ "thp_zero_page", MM "/transparent_hugepage/use_zero_page" },
	{ "mglru", MM "/lru_gen/enabled" },
	{ "hugepages", "/proc/sys/vm/nr_hugepages" },
	{ "ksm", MM "/ksm/run" },
	{ "numa_balancing", "/proc/sys/kernel/numa_balancing" },
	{ "clocksource", CLOCK },
};

/* Adds a CPU's state to those of its kind: CPUs of one machine may have other ones. */
static void add_idle_state(json_t *states, const char *dir)
{
	char *name_file = xasprintf("%s/name", dir), *name = sys_read(name_file);
	const json_int_t latency_us = (json_int_t)sys_number_in(dir, "latency", "", 0);
	const bool is_disabled = sys_number_in(dir, "disable", "", 0);
	json_t *state, *kind = NULL;
	size_t i;

	json_array_foreach (states, i, state)
		if (name && !strcmp(json_member(state, "name"), name) &&
		    json_number_of(state, "latency_us") == latency_us)
			kind = state;
	if (!kind) {
		kind = json_pack("{s:o, s:I, s:i, s:i}", "name", json_of_text(name ? name : ""),
				 "latency_us", latency_us, "cpus", 0, "disabled", 0);
		json_array_append_new(states, kind);
	}
	json_object_set_new(kind, "cpus", json_integer(json_number_of(kind, "cpus") + 1));
	json_object_set_new(kind, "disabled",
			    json_integer(json_number_of(kind, "disabled") + is_disabled));
	free(name);
	free(name_file);
}

/* The latency that somebody asks for: CPUs enter no idle state that takes longer to leave. */
static json_t *idle_latency_limit(void)
{
	char *path = xasprintf("%s/dev/cpu_dma_latency", sys_root);
	FILE *f = fopen(path, "re");
	int32_t limit_us;
	bool is_known = f && fread(&limit_us, sizeof(limit_us), 1, f) == 1;

	if (f)
		fclose(f);
	free(path);
	return is_known ? json_integer(limit_us) : json_null();
}

static json_t *describe_idle(void)
{
	struct strings dirs = sys_find(CPU "/cpu[0-9]*/cpuidle/state[0-9]*");
	json_t *states = json_array();

	for (size_t i = 0; i < dirs.n; i++)
		add_idle_state(states, dirs.v[i]);
	strings_free(&dirs);
	return json_pack("{s:o, s:o, s:o, s:o}", "driver", setting(CPU "/cpuidle/current_driver"),
			 "governor", settings_of(CPU "/cpuidle/current_governor*"),
			 "latency_limit_us", idle_latency_limit(), "states", states);
}

/* Files that are there only in kernels that check themselves while they work. */
static json_t *debugging_aids(void)
{
	static const struct {
		const char *name, *path;
	} aids[] = {
		{ "lockdep", "/proc/lockdep" },
		{ "KCSAN", "/sys/module/kcsan" },
		{ "kmemleak", "/sys/module/kmemleak" },
	};
	struct strings found = { 0 };

	for (size_t i = 0; i < sizeof(aids) / sizeof(aids[0]); i++) {
		struct strings files = sys_find(aids[i].path);

		if (files.n)
			strings_add(&found, xstrdup(aids[i].name));
		strings_free(&files);
	}
	return joined(&found);
}

/* Arm's CPUs have numbers for a name. */
static json_t *cpu_model(void)
{
	json_t *name = cpu_fields("model name"), *implementer, *part, *model;

	if (!json_is_null(name))
		return name;
	implementer = cpu_fields("CPU implementer");
	part = cpu_fields("CPU part");
	model = json_is_null(part) ?
			json_string("unknown") :
			json_sprintf("implementer %s, part %s", json_string_value(implementer),
				     json_string_value(part));
	json_decref(part);
	json_decref(implementer);
	return model;
}

/* Parameters decide much of what a fault costs: polling, page tables. By name, as modprobe has it. */
static json_t *describe_kvm(void)
{
	struct strings files = sys_find("/sys/module/kvm*/parameters/*");
	json_t *kvm = json_object();

	for (size_t i = 0; i < files.n; i++) {
		const char *path = files.v[i], *module = path + strlen("/sys/module/");
		char *name = xasprintf("%.*s.%s", (int)strcspn(module, "/"), module,
				       strrchr(module, '/') + 1);

		json_object_set_new(kvm, name, setting(path));
		free(name);
	}
	strings_free(&files);
	return kvm;
}

static json_t *describe_mitigations(void)
{
	struct strings files = sys_find(CPU "/vulnerabilities/*");
	json_t *mitigations = json_object();

	for (size_t i = 0; i < files.n; i++)
		json_object_set_new(mitigations, strrchr(files.v[i], '/') + 1, setting(files.v[i]));
	strings_free(&files);
	return mitigations;
}

json_t *machine_describe(void)
{
	const json_int_t memory_bytes = (json_int_t)sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE);
	const struct nature *nature = machine_nature();
	json_t *m = json_object();
	struct utsname uts;

	uname(&uts);
	json_object_set_new(m, "kernel", json_sprintf("%s %s", uts.release, uts.version));
	json_object_set_new(m, "kernel_command_line", setting("/proc/cmdline"));
	json_object_set_new(m, "kernel_debugging", debugging_aids());
	json_object_set_new(m, "cpu_model", cpu_model());
	json_object_set_new(m, "microcode", cpu_fields("microcode"));
	json_object_set_new(m, "hypervisor",
			    nature->kind == NATURE_UNTOLD ?
				    json_null() :
				    json_boolean(nature->kind == NATURE_VIRTUAL));
	json_object_set_new(m, "hypervisor_how", json_string(nature->how));
	json_object_set_new(m, "mitigations", describe_mitigations());
	add_topology(m);
	json_object_set_new(m, "memory_bytes", json_integer(memory_bytes));
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		json_object_set_new(m, settings[i].name, settings_of(settings[i].pattern));
	json_object_set_new(m, "idle", describe_idle());
	json_object_set_new(m, "kvm", describe_kvm());
	return m;
}

json_t *machine_lasting(const json_t *machine)
{
	json_t *lasting = json_copy((json_t *)machine);

	json_object_del(lasting, "memory_bytes");
	json_object_del(lasting, "load");
	return lasting;
}
