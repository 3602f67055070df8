/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A backing is what tested memory is made of. To add one: a line in the table below, and a row of
 * kinds[] in point/memory.c.
 */
#ifndef FAULTLINE_BACKING_H
#define FAULTLINE_BACKING_H

#include <stdbool.h>

/* BACKING(symbol, name, summary, fields of struct backing_kind...) */
#define BACKINGS                                                                    \
	BACKING(ANON, "anon", "private anonymous memory", .huge_pages = 512)        \
	BACKING(SHMEM, "shmem", "a memfd", .huge_pages = 512, .can_be_minor = true) \
	BACKING(HUGETLB2M, "hugetlb2m", "a memfd of reserved huge pages of 2 MiB",  \
		.huge_pages = 512, .pool_size = "2M", .can_be_minor = true)         \
	BACKING(HUGETLB1G, "hugetlb1g", "a memfd of reserved huge pages of 1 GiB",  \
		.huge_pages = 512 * 512, .pool_size = "1G", .can_be_minor = true)   \
	BACKING(GUEST_MEMFD, "guest_memfd", "a guest_memfd that the VMM maps, too", \
		.huge_pages = 512, .is_guest_memfd = true)

enum backing {
#define BACKING(symbol, ...) BACKING_##symbol,
	BACKINGS
#undef BACKING
		BACKING_COUNT
};

struct backing_kind {
	unsigned int huge_pages; /* pages of 4 KiB that a huge one is */
	const char *pool_size; /* what the kernel calls huge pages to reserve; NULL: small ones */
	bool is_guest_memfd; /* KVM has its pages from there, and not from page tables */
	bool can_be_minor; /* there can be a second mapping, that has pages before the first */
};

extern const struct backing_kind backing_kinds[BACKING_COUNT];
extern const char *const backing_names[]; /* NULL-terminated, in the order of the table */
extern const char *const backing_summaries[];

#endif
