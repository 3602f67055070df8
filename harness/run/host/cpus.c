// SPDX-License-Identifier: GPL-2.0-only
#include "cpus.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/util.h"
#include "topology.h"

#define KERNEL_CPUS_MAX (1 << 20) /* more than any kernel is built for */

hwloc_bitmap_t cpus_allowed_set(void)
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
	hwloc_bitmap_t cpus = cpus_allowed_set();
	int n = cpus ? hwloc_bitmap_weight(cpus) : (int)sysconf(_SC_NPROCESSORS_ONLN);

	hwloc_bitmap_free(cpus);
	return n > 0 ? n : 1;
}

char *cpus_allowed_text(void)
{
	hwloc_bitmap_t cpus = cpus_allowed_set();
	char *text = NULL, *owned = cpus ? NULL : xstrdup("unknown");

	if (cpus && hwloc_bitmap_list_asprintf(&text, cpus) >= 0)
		owned = text;
	hwloc_bitmap_free(cpus);
	return must_have(owned);
}

hwloc_topology_t cpus_topology(void)
{
	static hwloc_topology_t topology;

	if (!topology)
		topology = topology_load();
	return topology;
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
	hwloc_bitmap_t cpus = cpus_allowed_set();
	int failed = cpus && (check_list("vcpu_cpus", p->vcpu_cpus, cpus) ||
			      check_list("reader_cpus", p->reader_cpus, cpus));

	hwloc_bitmap_free(cpus);
	return failed ? -1 : 0;
}
