/* SPDX-License-Identifier: GPL-2.0-only */
/* What it takes to know which pages are present. */
#ifndef FAULTLINE_BENCHES_BOOKKEEPING_H
#define FAULTLINE_BENCHES_BOOKKEEPING_H

#include "../point/measurement.h"

/* Memory that the kernel has in use, all in all. */
struct bookkeeping {
	int64_t slab_kib, page_tables_kib;
};

void bookkeeping_read(struct bookkeeping *bookkeeping);

/* Of the userfault bitmap, if the slot has one. */
uint64_t bitmap_bytes(const struct measurement *m);
uint64_t bitmap_clear_bits(const struct measurement *m);

#endif
