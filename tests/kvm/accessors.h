/* SPDX-License-Identifier: GPL-2.0-only */
/* What KVM itself does with guest memory; each architecture has a table. */
#ifndef FAULTLINE_ACCESSORS_H
#define FAULTLINE_ACCESSORS_H

#include "world.h"

#define ACCESSED_PAGE \
	16u /* of the tested memory; at 64 KiB, which is what an ITS aligns tables to */

struct accessor {
	const char *name;
	/* Before there are vCPUs; NULL for nothing to do. */
	void (*prepare)(struct vm *vm);
	/*
	 * Has KVM access word 0 of the page, on behalf of this thread, once or more.
	 * word: what it must find where it reads.
	 */
	void (*access)(struct world *w, uint64_t word);
	bool repeats; /* access() may be called again */
	bool may_fail; /* access() returns, too, when KVM cannot access the page */
};

extern const struct accessor accessors[]; /* the last row is empty */

#endif
