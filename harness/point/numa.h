/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From which NUMA nodes memory comes. A page is allocated by whoever brings it, near a handler or
 * near a vCPU, as modes have it: for all of them to have it in the same place it is bound
 * to the node of the CPU that the vCPU whose page it is is pinned to.
 */
#ifndef FAULTLINE_NUMA_H
#define FAULTLINE_NUMA_H

#include <stdbool.h>
#include <stdio.h>

#include "../keys.h"

#define NUMA_NODES_MAX 1024 /* more than any kernel is built for */
#define NUMA_NODE_NONE (-1)

struct numa_nodes {
	unsigned long words[NUMA_NODES_MAX / 8 / sizeof(long)];
};

/* Pages that come from the same nodes: from one, or from several in turn. */
struct numa_range {
	uint64_t first_page, pages;
	struct numa_nodes nodes;
};

/* All zero: memory comes from wherever the kernel takes it. */
struct numa {
	struct numa_range *ranges;
	unsigned int range_count;
	bool has_choice; /* there are several nodes, and threads are pinned */
};

bool numa_nodes_has(const struct numa_nodes *nodes, unsigned int node);
void numa_nodes_add(struct numa_nodes *nodes, unsigned int node);

/*
 * Which pages go where: each vCPU's to its own node, those that all vCPUs share to the nodes of
 * all in turn. node_of_vcpu: NUMA_NODE_NONE for pages that stay the kernel's choice.
 */
void numa_plan(struct numa *numa, const struct point *p, const int *node_of_vcpu);

/* The same for the CPUs that the point names, in native tiers on machines of several nodes. */
void numa_plan_here(struct numa *numa, const struct point *p);

/* Binds memory of all pages, none of which is allocated yet. Ends through fail(). */
void numa_bind(const struct numa *numa, void *memory);

/* The member of the record: nodes that memory is bound to. Nothing where there is no choice. */
void numa_write(FILE *out, const struct numa *numa);

void numa_free(struct numa *numa);

#endif
