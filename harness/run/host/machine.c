// SPDX-License-Identifier: GPL-2.0-only
#include "machine.h"
#include "cpus.h"
#include "nature.h"
#include "topology.h"
#include "../base/file.h"
#include "../base/json.h"

#include <dirent.h>
#include <errno.h>
#include <glob.h>
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
	return json_owned(file_read(path));
}

#define CPU "/sys/devices/system/cpu"
#define MM "/sys/kernel/mm"
#define CLOCK "/sys/devices/system/clocksource/clocksource0/current_clocksource"

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

	text_open(&text);
	for (size_t i = 0; i < values->n; i++)
		fprintf(text.out, "%s%s", i ? ", " : "", values->v[i]);
	strings_free(values);
	return json_owned(*text_close(&text) ? text.text : NULL);
}

/* What CPUs say of themselves: those of one machine may differ. */
static json_t *cpu_fields(const char *name)
{
	char *text = file_read("/proc/cpuinfo"), *rest = text, *line;
	struct strings values = { 0 };

	while ((line = strsep(&rest, "\n"))) {
		char *colon = strstr(line, ": ");

		if (colon && !strncmp(line, name, strlen(name)))
			add_different(&values, xstrdup(colon + 2));
	}
	free(text);
	return joined(&values);
}

static json_t *cpu_settings(const char *pattern)
{
	struct strings values = { 0 };
	glob_t files;

	if (glob(pattern, 0, NULL, &files))
		return json_null();
	for (size_t i = 0; i < files.gl_pathc; i++)
		add_different(&values, file_read(files.gl_pathv[i]));
	globfree(&files);
	return joined(&values);
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
	json_t *kvm = json_object();
	glob_t files;

	if (glob("/sys/module/kvm*/parameters/*", 0, NULL, &files))
		return kvm;
	for (size_t i = 0; i < files.gl_pathc; i++) {
		const char *path = files.gl_pathv[i], *module = path + strlen("/sys/module/");
		char *name = xasprintf("%.*s.%s", (int)strcspn(module, "/"), module,
				       strrchr(module, '/') + 1);

		json_object_set_new(kvm, name, setting(path));
		free(name);
	}
	globfree(&files);
	return kvm;
}

static json_t *describe_mitigations(void)
{
	json_t *mitigations = json_object();
	struct dirent **entries;
	int n = scandir(CPU "/vulnerabilities", &entries, NULL, alphasort);

	for (int i = 0; i < n; i++) {
		char *path = xasprintf(CPU "/vulnerabilities/%s", entries[i]->d_name);
		char *text = file_read(path);

		if (text) /* . and .. have none */
			json_object_set_new(mitigations, entries[i]->d_name, json_owned(text));
		free(path);
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
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
	json_object_set_new(m, "cpu_model", cpu_model());
	json_object_set_new(m, "microcode", cpu_fields("microcode"));
	json_object_set_new(m, "hypervisor",
			    nature->kind == NATURE_UNTOLD ?
				    json_null() :
				    json_boolean(nature->kind == NATURE_VIRTUAL));
	json_object_set_new(m, "hypervisor_how", json_string(nature->how));
	json_object_set_new(m, "mitigations", describe_mitigations());
	json_object_set_new(m, "governor", cpu_settings(CPU "/cpu[0-9]*/cpufreq/scaling_governor"));
	json_object_set_new(m, "boost", setting(CPU "/cpufreq/boost"));
	json_object_set_new(m, "no_turbo", setting(CPU "/intel_pstate/no_turbo"));
	json_object_set_new(m, "smt", setting(CPU "/smt/control"));
	add_topology(m);
	json_object_set_new(m, "memory_bytes", json_integer(memory_bytes));
	json_object_set_new(m, "thp", setting(MM "/transparent_hugepage/enabled"));
	json_object_set_new(m, "thp_shmem", setting(MM "/transparent_hugepage/shmem_enabled"));
	json_object_set_new(m, "mglru", setting(MM "/lru_gen/enabled"));
	json_object_set_new(m, "hugepages", setting("/proc/sys/vm/nr_hugepages"));
	json_object_set_new(m, "ksm", setting(MM "/ksm/run"));
	json_object_set_new(m, "numa_balancing", setting("/proc/sys/kernel/numa_balancing"));
	json_object_set_new(m, "clocksource", setting(CLOCK));
	json_object_set_new(m, "kvm", describe_kvm());
	return m;
}
