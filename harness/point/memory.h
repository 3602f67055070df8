/* SPDX-License-Identifier: GPL-2.0-only */
/* The memory that is tested: what it is made of, and how a page gets into it. */
#ifndef FAULTLINE_MEMORY_H
#define FAULTLINE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../keys.h"
#include "numa.h"

struct memory {
	uint8_t *hva; /* what the memslot maps; no page present at first */
	uint8_t *alias; /* second mapping of the same pages, NULL where there is none */
	uint8_t *source; /* what fetches bring, page by page; NULL until memory_add_source() */
	int guest_memfd; /* that the memslot takes pages from; 0: from hva */
	size_t bytes;
	enum fault_kind fault;
	uint64_t minor_feature; /* UFFD_FEATURE_... that FAULT_MINOR takes */
	/*
	 * khugepaged may take page tables at hva away, for huge ones to come: pages that are there
	 * are asked for again.
	 */
	bool is_remapped;
};

/*
 * Maps memory of the given backing. FAULT_MINOR: its pages are allocated and
 * mapped at alias, so that only the page table entries at hva are missing.
 * thp: transparent huge pages, of which bytes must be a multiple; otherwise
 * they are off in every case, for modes to be comparable. numa: from which nodes pages
 * come; NULL: wherever the kernel takes them from. skip()s where the kernel has too few
 * huge pages, or may have none. vm_fd: whose
 * guest_memfd it is.
 */
void memory_create(struct memory *memory, enum backing backing, enum thp thp, enum fault_kind fault,
		   size_t bytes, const struct numa *numa, int vm_fd);

/*
 * The same where only some of its pages will come to be there: for FAULT_MINOR at alias, to be
 * populated by the caller. Anonymous memory is aligned to 2 MiB; is_huge: and made of huge pages.
 */
void memory_create_sparse(struct memory *memory, enum backing backing, enum fault_kind fault,
			  size_t bytes, bool is_huge);

/* Makes the content of all pages, as the other side of the fetches has it. */
void memory_add_source(struct memory *memory, uint64_t seed, const struct numa *numa);

/* Writes what pages must contain, from page 0 on; see ../../workloads/guest_abi.h. */
void memory_fill(void *pages, size_t bytes, uint64_t seed);

void memory_destroy(struct memory *memory);

#endif
