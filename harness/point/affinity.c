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
	unsigned int cpu;

	if (!cpu_list[0])
		return;
	if (!cpu_list_in_turn(cpu_list, index, &cpu))
		fail("CPU list '%s' is malformed: use something like 0,2-5", cpu_list);
	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		fail("pinning a thread to CPU %u of list '%s': %s; name CPUs that are online and that this process may use",
		     cpu, cpu_list, strerror(errno));
}
