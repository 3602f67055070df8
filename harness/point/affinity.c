// SPDX-License-Identifier: GPL-2.0-only
#include "affinity.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"

/*
 * Finds entry index of the list. Returns how many entries there are, 0 if the
 * list is malformed; *cpu is set if index is below that.
 */
static unsigned int nth_cpu(const char *list, unsigned int index, int *cpu)
{
	unsigned int count = 0;

	while (*list) {
		char *end;
		long first = strtol(list, &end, 10);
		long last = first;

		if (end == list || first < 0)
			return 0;
		if (*end == '-') {
			list = end + 1;
			last = strtol(list, &end, 10);
			if (end == list || last < first || last >= CPU_SETSIZE)
				return 0;
		}
		if (index >= count && index - count <= (unsigned long)(last - first))
			*cpu = (int)(first + (index - count));
		count += (unsigned int)(last - first + 1);
		if (*end && *end != ',')
			return 0;
		list = *end ? end + 1 : end;
	}
	return count;
}

void affinity_set(const char *cpu_list, unsigned int index)
{
	cpu_set_t set;
	int cpu = -1;
	unsigned int count;

	if (!cpu_list[0])
		return;
	count = nth_cpu(cpu_list, 0, &cpu);
	if (!count)
		fail("CPU list '%s' is malformed: use something like 0,2-5", cpu_list);
	nth_cpu(cpu_list, index % count, &cpu);
	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		fail("pinning a thread to CPU %d of list '%s': %s", cpu, cpu_list, strerror(errno));
}
