// SPDX-License-Identifier: GPL-2.0-only
#include "numa.h"

#include <dirent.h>
#include <errno.h>
#include <linux/mempolicy.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../../workloads/guest_abi.h"
#include "../../workloads/workload.h"
#include "../serving.h"
#include "fail.h"

#define WORD_BITS (8 * sizeof(long))

/* The kernel takes one off. */
#define MASK_BITS (NUMA_NODES_MAX + 1ul)

bool numa_nodes_has(const struct numa_nodes *nodes, unsigned int node)
{
	return nodes->words[node / WORD_BITS] >> node % WORD_BITS & 1;
}

void numa_nodes_add(struct numa_nodes *nodes, unsigned int node)
{
	nodes->words[node / WORD_BITS] |= 1ul << node % WORD_BITS;
}

static unsigned int node_count(const struct numa_nodes *nodes)
{
	unsigned int count = 0;

	for (unsigned int node = 0; node < NUMA_NODES_MAX; node++)
		count += numa_nodes_has(nodes, node);
	return count;
}

/* Goes on with the last range where that has the same nodes. */
static void add_range(struct numa *numa, uint64_t begin, uint64_t end,
		      const struct numa_nodes *nodes)
{
	struct numa_range *last = numa->range_count ? &numa->ranges[numa->range_count - 1] : NULL;

	if (!node_count(nodes) || begin == end)
		return;
	if (last && last->first_page + last->pages == begin &&
	    !memcmp(&last->nodes, nodes, sizeof(*nodes)))
		last->pages = end - last->first_page;
	else
		numa->ranges[numa->range_count++] =
			(struct numa_range){ begin, end - begin, *nodes };
}

void numa_plan(struct numa *numa, const struct point *p, const int *node_of_vcpu)
{
	const bool is_shared = workload_is_shared[p->workload];
	const uint64_t pages = point_pages_total(p);
	struct numa_nodes nodes = { 0 };

	*numa = (struct numa){ calloc(p->vcpus, sizeof(*numa->ranges)), .has_choice = true };
	if (!numa->ranges)
		fail("no memory for the nodes of %u vCPUs", p->vcpus);
	for (unsigned int i = 0; i < p->vcpus; i++) {
		if (!is_shared)
			nodes = (struct numa_nodes){ 0 };
		if (node_of_vcpu[i] != NUMA_NODE_NONE)
			numa_nodes_add(&nodes, node_of_vcpu[i]);
		if (!is_shared)
			add_range(numa, share_begin(pages, p->vcpus, i),
				  share_begin(pages, p->vcpus, i + 1), &nodes);
	}
	if (is_shared)
		add_range(numa, 0, pages, &nodes);
}

static int node_of_cpu(unsigned int cpu)
{
	int found = NUMA_NODE_NONE;
	struct dirent *entry;
	char path[64];
	DIR *dir;

	snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%u", cpu);
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		unsigned int node;

		if (sscanf(entry->d_name, "node%u", &node) == 1 && node < NUMA_NODES_MAX)
			found = (int)node;
	}
	if (dir)
		closedir(dir);
	return found;
}

/* No kernel without NUMA has the file. */
static bool has_several_nodes(void)
{
	FILE *in = fopen("/sys/devices/system/node/has_memory", "re");
	char list[256] = "";

	if (!in)
		return false;
	if (!fgets(list, sizeof(list), in))
		list[0] = '\0';
	fclose(in);
	return strpbrk(list, ",-");
}

/*
 * The nodes that this process may have memory of. None where numactl has decided already, or where the
 * system call is refused, as container runtimes do.
 */
static struct numa_nodes nodes_allowed(void)
{
	struct numa_nodes nodes = { 0 };
	int policy = MPOL_DEFAULT;

	if (syscall(SYS_get_mempolicy, &policy, NULL, 0, NULL, 0) || policy != MPOL_DEFAULT ||
	    syscall(SYS_get_mempolicy, NULL, nodes.words, MASK_BITS, NULL, MPOL_F_MEMS_ALLOWED))
		nodes = (struct numa_nodes){ 0 };
	return nodes;
}

void numa_plan_here(struct numa *numa, const struct point *p)
{
	struct numa_nodes allowed;
	int *nodes;

	*numa = (struct numa){ 0 };
	if (!point_is_native(p) || !*p->vcpu_cpus || !has_several_nodes())
		return;
	allowed = nodes_allowed();
	nodes = calloc(p->vcpus, sizeof(*nodes));
	if (!nodes)
		fail("no memory for the nodes of %u vCPUs", p->vcpus);
	for (unsigned int i = 0; i < p->vcpus; i++) {
		unsigned int cpu;

		nodes[i] = cpu_list_in_turn(p->vcpu_cpus, i, &cpu) ? node_of_cpu(cpu) :
								     NUMA_NODE_NONE;
		if (nodes[i] != NUMA_NODE_NONE && !numa_nodes_has(&allowed, nodes[i]))
			nodes[i] = NUMA_NODE_NONE;
	}
	numa_plan(numa, p, nodes);
	free(nodes);
}

void numa_bind(const struct numa *numa, void *memory)
{
	for (unsigned int i = 0; numa && i < numa->range_count; i++) {
		const struct numa_range *range = &numa->ranges[i];
		const int policy = node_count(&range->nodes) > 1 ? MPOL_INTERLEAVE : MPOL_BIND;

		if (syscall(SYS_mbind, (uint8_t *)memory + range->first_page * PAGE_BYTES,
			    range->pages * PAGE_BYTES, policy, range->nodes.words, MASK_BITS, 0))
			fail("binding memory to the NUMA nodes of its vCPUs: mbind: %s; use --placement none, or leave vcpu_cpus out",
			     strerror(errno));
	}
}

void numa_write(FILE *out, const struct numa *numa)
{
	const char *separator = "";

	if (!numa->has_choice)
		return;
	fputs(",\"memory_nodes\":[", out);
	for (unsigned int node = 0; node < NUMA_NODES_MAX; node++) {
		bool is_used = false;

		for (unsigned int i = 0; i < numa->range_count; i++)
			is_used |= numa_nodes_has(&numa->ranges[i].nodes, node);
		if (!is_used)
			continue;
		fprintf(out, "%s%u", separator, node);
		separator = ",";
	}
	fputc(']', out);
}

void numa_free(struct numa *numa)
{
	free(numa->ranges);
	*numa = (struct numa){ 0 };
}
