/* SPDX-License-Identifier: GPL-2.0-only */
/* Who has which of the tested pages, and which handler threads serve which vCPUs. */
#ifndef FAULTLINE_SERVING_H
#define FAULTLINE_SERVING_H

#include "keys.h"

/* Pages are split evenly: sharer number index has those from here to where the next one's begin. */
static inline uint64_t share_begin(uint64_t pages, unsigned int sharers, unsigned int index)
{
	return pages * index / sharers;
}

/*
 * Handler r reads every queue q with r = q modulo this: the number of either, whichever is smaller.
 * Queues of all userfaultfds are counted, those of the first one first.
 */
static inline unsigned int queues_apart(unsigned int queues, unsigned int readers)
{
	return queues < readers ? queues : readers;
}

/* The one that serves a vCPU where they serve vCPUs in turn. */
static inline unsigned int handler_of_vcpu(unsigned int readers, unsigned int vcpu)
{
	return vcpu % readers;
}

/* Whether a handler thread serves faults of that vCPU, in modes that have handlers. */
bool handler_serves(const struct point *p, unsigned int handler, unsigned int vcpu);

#endif
