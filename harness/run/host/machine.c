// SPDX-License-Identifier: GPL-2.0-only
#include "machine.h"
#include "../base/file.h"

#include <dirent.h>
#include <errno.h>
#include <hwloc.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

/* The value of the first "name : value" line of /proc/cpuinfo or /proc/meminfo. Caller frees. */
static char *proc_field(const char *path, const char *name)
{
	char *text = file_read(path), *rest = text, *line, *value = NULL;

	while (rest && !value && (line = strsep(&rest, "\n"))) {
		char *colon = strchr(line, ':');
		size_t n = strlen(name);

		if (!colon || strncmp(line, name, n) || line[n + strspn(line + n, " \t")] != ':')
			continue;
		value = xstrdup(colon + 1 + strspn(colon + 1, " \t"));
	}
	free(text);
	return value;
}

bool machine_is_vm(void)
{
	char *flags = proc_field("/proc/cpuinfo", "flags");
	bool vm = flags && strstr(flags, " hypervisor");

	free(flags);
	return vm || !access("/sys/hypervisor/type", F_OK);
}

unsigned int machine_cpus(void)
{
	cpu_set_t set;

	if (!sched_getaffinity(0, sizeof(set), &set))
		return CPU_COUNT(&set);
	return (unsigned int)sysconf(_SC_NPROCESSORS_ONLN); /* more CPUs than a cpu_set_t has */
}

uint64_t machine_available_bytes(void)
{
	char *kib = proc_field("/proc/meminfo", "MemAvailable");
	uint64_t bytes = kib ? strtoull(kib, NULL, 10) * 1024 : 0;

	free(kib);
	return bytes;
}

static json_t *string_or_null(char *owned)
{
	json_t *value = owned ? json_string(owned) : json_null();

	free(owned);
	return value ? value : json_null(); /* not UTF-8 */
}

static json_t *describe_mitigations(void)
{
	const char *dir = "/sys/devices/system/cpu/vulnerabilities";
	json_t *mitigations = json_object();
	struct dirent **entries;
	int n = scandir(dir, &entries, NULL, alphasort);

	for (int i = 0; i < n; i++) {
		if (entries[i]->d_name[0] != '.') {
			char *text = sysfs_read("%s/%s", dir, entries[i]->d_name);

			if (text)
				json_object_set_new(mitigations, entries[i]->d_name,
						    string_or_null(text));
		}
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
	return mitigations;
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

static hwloc_topology_t load_topology(void)
{
	hwloc_topology_t topology;

	if (hwloc_topology_init(&topology))
		return NULL;
	hwloc_topology_set_icache_types_filter(topology, HWLOC_TYPE_FILTER_KEEP_ALL);
	if (hwloc_topology_load(topology)) {
		hwloc_topology_destroy(topology);
		return NULL;
	}
	return topology;
}

static int count_objects(hwloc_topology_t topology, hwloc_obj_type_t type)
{
	int n = hwloc_get_nbobjs_by_type(topology, type);

	return n > 0 ? n : 1;
}

json_t *machine_describe(void)
{
	const char *cpu = "/sys/devices/system/cpu";
	const char *mm = "/sys/kernel/mm";
	hwloc_topology_t topology = load_topology();
	char *model = proc_field("/proc/cpuinfo", "model name");
	json_t *m = json_object();
	struct utsname uts;

	uname(&uts);
	json_object_set_new(m, "kernel", json_sprintf("%s %s", uts.release, uts.version));
	json_object_set_new(m, "kernel_command_line", string_or_null(sysfs_read("/proc/cmdline")));
	json_object_set_new(m, "cpu_model", json_string(model ? model : "unknown"));
	json_object_set_new(m, "microcode",
			    string_or_null(proc_field("/proc/cpuinfo", "microcode")));
	json_object_set_new(m, "hypervisor", json_boolean(machine_is_vm()));
	json_object_set_new(m, "mitigations", describe_mitigations());
	json_object_set_new(m, "governor",
			    string_or_null(sysfs_read("%s/cpu0/cpufreq/scaling_governor", cpu)));
	json_object_set_new(m, "smt", string_or_null(sysfs_read("%s/smt/control", cpu)));
	if (topology) {
		json_object_set_new(m, "packages",
				    json_integer(count_objects(topology, HWLOC_OBJ_PACKAGE)));
		json_object_set_new(m, "numa_nodes",
				    json_integer(count_objects(topology, HWLOC_OBJ_NUMANODE)));
		json_object_set_new(m, "cores",
				    json_integer(count_objects(topology, HWLOC_OBJ_CORE)));
		json_object_set_new(m, "cpus", json_integer(count_objects(topology, HWLOC_OBJ_PU)));
		json_object_set_new(m, "caches", describe_caches(topology));
		hwloc_topology_destroy(topology);
	}
	json_object_set_new(m, "memory_bytes",
			    json_integer((json_int_t)sysconf(_SC_PHYS_PAGES) *
					 sysconf(_SC_PAGESIZE)));
	json_object_set_new(m, "thp",
			    string_or_null(sysfs_read("%s/transparent_hugepage/enabled", mm)));
	json_object_set_new(m, "thp_shmem",
			    string_or_null(
				    sysfs_read("%s/transparent_hugepage/shmem_enabled", mm)));
	json_object_set_new(m, "mglru", string_or_null(sysfs_read("%s/lru_gen/enabled", mm)));
	json_object_set_new(m, "hugepages",
			    string_or_null(sysfs_read("/proc/sys/vm/nr_hugepages")));
	free(model);
	return m;
}

/* CPU numbers in the order in which threads take them. Returns how many. */
static unsigned int placement_order(hwloc_topology_t topology, unsigned int **order)
{
	unsigned int cores = count_objects(topology, HWLOC_OBJ_CORE);
	unsigned int cpus = count_objects(topology, HWLOC_OBJ_PU);
	unsigned int n = 0;

	*order = xcalloc(cpus, sizeof(**order));
	for (unsigned int thread = 0; n < cpus; thread++) {
		unsigned int before = n;

		for (unsigned int core = 0; core < cores; core++) {
			hwloc_obj_t c = hwloc_get_obj_by_type(topology, HWLOC_OBJ_CORE, core);
			hwloc_obj_t pu;

			if (!c || thread >= (unsigned int)hwloc_bitmap_weight(c->cpuset))
				continue;
			pu = hwloc_get_obj_inside_cpuset_by_type(topology, c->cpuset, HWLOC_OBJ_PU,
								 thread);
			if (pu && n < cpus)
				(*order)[n++] = pu->os_index;
		}
		if (n == before)
			break; /* CPUs that belong to no core */
	}
	return n;
}

/*
 * Writes count CPUs from order[first] on, round the end, as a list with
 * ranges. Returns -1 when it does not fit.
 */
static int write_cpu_list(const unsigned int *order, unsigned int n, unsigned int first,
			  unsigned int count, char *buf, size_t size)
{
	size_t used = 0;

	buf[0] = '\0';
	if (count > n)
		count = n; /* the list is taken in turn */
	for (unsigned int i = 0; i < count;) {
		unsigned int from = order[(first + i) % n], run = 1;

		while (i + run < count && order[(first + i + run) % n] == from + run)
			run++;
		used += snprintf(buf + used, size - used, run > 1 ? "%s%u-%u" : "%s%u",
				 i ? "," : "", from, from + run - 1);
		if (used >= size)
			return -1;
		i += run;
	}
	return 0;
}

int machine_place(struct point *p)
{
	hwloc_topology_t topology = load_topology();
	unsigned int *order, n;
	int failed;

	if (!topology) {
		return error("hwloc cannot read this machine's topology (%s); use "
			     "--placement none",
			     strerror(errno));
	}
	n = placement_order(topology, &order);
	hwloc_topology_destroy(topology);
	failed = !n || write_cpu_list(order, n, 0, p->vcpus, p->vcpu_cpus, sizeof(p->vcpu_cpus)) ||
		 write_cpu_list(order, n, p->vcpus % n, p->readers, p->reader_cpus,
				sizeof(p->reader_cpus));
	free(order);
	if (failed)
		error("this machine's CPUs do not fit a CPU list of a point; use "
		      "--placement none, or vcpu_cpus and reader_cpus");
	return failed ? -1 : 0;
}
