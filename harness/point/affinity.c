// SPDX-License-Identifier: GPL-2.0-only
#include "affinity.h"

#include <errno.h>
#include <sched.h>
#include <string.h>

#include "../keys.h"
#include "fail.h"

void affinity_set(const char *cpu_list, unsigned int index)
{
	cpu_set_t set;
	unsigned int cpu, count;

	if (!cpu_list[0])
		return;
	count = cpu_list_pick(cpu_list, 0, &cpu);
	if (!count)
		fail("CPU list '%s' is malformed: use something like 0,2-5", cpu_list);
	cpu_list_pick(cpu_list, index % count, &cpu);
	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		fail("pinning a thread to CPU %u of list '%s': %s; name CPUs that are online and that this process may use",
		     cpu, cpu_list, strerror(errno));
}
