/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A workload is what every vCPU of the guest runs. To add one: a file with its
 * function, like sequential.c, and a line here.
 *
 * WORKLOAD(name, pages, summary): pages is OWN when each vCPU has a part of the
 * tested memory to itself, SHARED when all vCPUs walk all of it.
 */
#ifndef FAULTLINE_WORKLOAD_H
#define FAULTLINE_WORKLOAD_H

#include <stdbool.h>

#define WORKLOADS                                                                               \
	WORKLOAD(sequential, OWN, "each vCPU walks a part of its own, page by page")            \
	WORKLOAD(shared, SHARED, "all vCPUs walk all pages; the first to touch one records it") \
	WORKLOAD(writer, OWN,                                                                   \
		 "each vCPU writes to a part of its own, over and over, until told to stop")    \
	WORKLOAD(kvm_writes, OWN,                                                               \
		 "as sequential, but KVM itself writes to every second page first; x86-64")

enum {
#define WORKLOAD(name, pages, summary) WORKLOAD_##name,
	WORKLOADS
#undef WORKLOAD
		WORKLOAD_COUNT
};

extern const char *const workload_names[]; /* NULL-terminated, in the order of the table */
extern const char *const workload_summaries[];
extern const bool workload_is_shared[];

#endif
