// SPDX-License-Identifier: GPL-2.0-only
#include "cpus.h"

#include <errno.h>
#include <hwloc.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../time_units.h"
#include "../base/util.h"
#include "sys.h"
#include "topology.h"

#define KERNEL_CPUS_MAX (1 << 20) /* more than any kernel is built for */

/* The mask of this process; NULL when the kernel does not tell. */
static hwloc_bitmap_t allowed_set(void)
{
	hwloc_bitmap_t cpus = NULL;

	/* The kernel refuses masks that are smaller than its own. */
	for (int n = CPU_SETSIZE; !cpus && n <= KERNEL_CPUS_MAX; n *= 2) {
		const size_t size = CPU_ALLOC_SIZE(n);
		cpu_set_t *mask = must_have(CPU_ALLOC(n));

		if (!sched_getaffinity(0, size, mask)) {
			cpus = must_have(hwloc_bitmap_alloc());
			for (int cpu = 0; cpu < n; cpu++)
				if (CPU_ISSET_S(cpu, size, mask))
					hwloc_bitmap_set(cpus, cpu);
		}
		CPU_FREE(mask);
		if (!cpus && errno != EINVAL)
			break;
	}
	return cpus;
}

unsigned int cpus_allowed(void)
{
	hwloc_bitmap_t cpus = allowed_set();
	int n = cpus ? hwloc_bitmap_weight(cpus) : (int)sysconf(_SC_NPROCESSORS_ONLN);

	hwloc_bitmap_free(cpus);
	return n > 0 ? n : 1;
}

char *cpus_allowed_text(void)
{
	hwloc_bitmap_t cpus = allowed_set();
	char *text = NULL, *owned = cpus ? NULL : xstrdup("unknown");

	if (cpus && hwloc_bitmap_list_asprintf(&text, cpus) >= 0)
		owned = text;
	hwloc_bitmap_free(cpus);
	return must_have(owned);
}

/* What hwloc finds of the CPUs allowed, or NULL after error(). */
static hwloc_topology_t allowed_topology(void)
{
	hwloc_topology_t topology = topology_load();
	hwloc_bitmap_t cpus;

	if (!topology) {
		error("%s; use --placement none", error_text());
		return NULL;
	}
	cpus = allowed_set();
	if (cpus && hwloc_topology_restrict(topology, cpus, 0)) {
		error("hwloc finds none of the CPUs that this process may use; use --placement none");
		hwloc_topology_destroy(topology);
		topology = NULL;
	}
	hwloc_bitmap_free(cpus);
	return topology;
}

/* CPU numbers in the order in which threads take them. */
struct order {
	unsigned int *cpus, n;
};

/* The CPUs of one kind that are their core's hardware thread of that number. */
static void add_threads(struct order *order, hwloc_topology_t topology, hwloc_const_bitmap_t kind,
			unsigned int thread)
{
	hwloc_obj_t core = NULL;

	while ((core = hwloc_get_next_obj_by_type(topology, HWLOC_OBJ_CORE, core))) {
		hwloc_obj_t pu = hwloc_get_obj_inside_cpuset_by_type(topology, core->cpuset,
								     HWLOC_OBJ_PU, thread);

		if (pu && hwloc_bitmap_isset(kind, pu->os_index))
			order->cpus[order->n++] = pu->os_index;
	}
}

/* Machines without cores in hwloc's eyes: their CPUs as they come. */
static void add_all(struct order *order, hwloc_topology_t topology)
{
	hwloc_obj_t pu = NULL;

	while ((pu = hwloc_get_next_obj_by_type(topology, HWLOC_OBJ_PU, pu)))
		order->cpus[order->n++] = pu->os_index;
}

static struct order placement_order(hwloc_topology_t topology)
{
	int cpus = hwloc_get_nbobjs_by_type(topology, HWLOC_OBJ_PU);
	int kinds = hwloc_cpukinds_get_nr(topology, 0);
	hwloc_bitmap_t kind = must_have(hwloc_bitmap_alloc_full());
	struct order order = { xcalloc(cpus > 0 ? cpus : 1, sizeof(*order.cpus)) };

	for (int thread = 0; thread < cpus && order.n < (unsigned int)cpus; thread++) {
		if (kinds <= 1)
			add_threads(&order, topology, kind, thread);
		/* hwloc sorts them from the slowest on. */
		for (int k = kinds - 1; kinds > 1 && k >= 0; k--)
			if (!hwloc_cpukinds_get_info(topology, k, kind, NULL, NULL, NULL, 0))
				add_threads(&order, topology, kind, thread);
	}
	if (!order.n)
		add_all(&order, topology);
	hwloc_bitmap_free(kind);
	return order;
}

/*
 * Writes count CPUs from the first one on, round the end, as a list with ranges to
 * CPU_LIST_SIZE bytes. Returns -1 when it does not fit.
 */
static int write_cpu_list(const struct order *order, unsigned int first, unsigned int count,
			  char *list)
{
	size_t used = 0;

	list[0] = '\0';
	if (count > order->n)
		count = order->n; /* the list is taken in turn */
	for (unsigned int i = 0, run; i < count; i += run) {
		unsigned int from = order->cpus[(first + i) % order->n];

		for (run = 1; i + run < count; run++)
			if (order->cpus[(first + i + run) % order->n] != from + run)
				break;
		used += snprintf(list + used, CPU_LIST_SIZE - used, run > 1 ? "%s%u-%u" : "%s%u",
				 i ? "," : "", from, from + run - 1);
		if (used >= CPU_LIST_SIZE)
			return -1;
	}
	return 0;
}

int cpus_place(struct point *p)
{
	hwloc_topology_t topology = allowed_topology();
	struct order order;
	int failed;

	if (!topology)
		return -1;
	order = placement_order(topology);
	hwloc_topology_destroy(topology);
	failed = !order.n || write_cpu_list(&order, 0, p->vcpus, p->vcpu_cpus) ||
		 write_cpu_list(&order, p->vcpus % order.n, p->readers, p->reader_cpus);
	free(order.cpus);
	if (!failed)
		return 0;
	return error("this machine's CPUs do not fit a CPU list of a point; use "
		     "--placement none, or vcpu_cpus and reader_cpus");
}

static int check_list(const char *key, const char *list, hwloc_const_bitmap_t cpus)
{
	unsigned int cpu, n = *list ? cpu_list_pick(list, 0, &cpu) : 0;
	char *mask;

	for (unsigned int i = 0; i < n; i++) {
		cpu_list_pick(list, i, &cpu);
		if (hwloc_bitmap_isset(cpus, cpu))
			continue;
		mask = cpus_allowed_text();
		error("%s=%s: CPU %u is not among those that this process may use (%s, as taskset, "
		      "numactl, a cpuset or what is offline leave them); name some of these, or "
		      "start faultline without such bounds",
		      key, list, cpu, mask);
		free(mask);
		return -1;
	}
	return 0;
}

int cpus_check(const struct point *p)
{
	hwloc_bitmap_t cpus = allowed_set();
	int failed = cpus && (check_list("vcpu_cpus", p->vcpu_cpus, cpus) ||
			      check_list("reader_cpus", p->reader_cpus, cpus));

	hwloc_bitmap_free(cpus);
	return failed ? -1 : 0;
}

uint64_t cpus_stolen_ns(void)
{
	char *text = sys_read("/proc/stat"), *rest = text, *line;
	hwloc_bitmap_t cpus = allowed_set();
	uint64_t all_ticks = 0;

	while ((line = strsep(&rest, "\n"))) {
		unsigned long long ticks;
		unsigned int cpu;

		if (sscanf(line, "cpu%u %*u %*u %*u %*u %*u %*u %*u %llu", &cpu, &ticks) == 2 &&
		    cpus && hwloc_bitmap_isset(cpus, cpu))
			all_ticks += ticks;
	}
	hwloc_bitmap_free(cpus);
	free(text);
	return ns_of_ticks(all_ticks, sysconf(_SC_CLK_TCK));
}
