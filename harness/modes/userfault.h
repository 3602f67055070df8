/* SPDX-License-Identifier: GPL-2.0-only */
/* What modes of KVM Userfault and benchmarks of its flag share: a bitmap, and writing a page. */
#ifndef FAULTLINE_MODES_USERFAULT_H
#define FAULTLINE_MODES_USERFAULT_H

#include <string.h>

#include "../point/measurement.h"

/* Why the kernel has no KVM Userfault, or NULL. */
const char *userfault_probe(struct vm *vm);

/* Gives the slot a bitmap, not its flag, until userfault_stop(); fills it: 0xff sets all bits, 0 none. */
void userfault_add_bitmap(struct measurement *m, int byte);
void userfault_fill_bitmap(struct measurement *m, int byte);

/* One of its two bitmaps, of which KVM may have either where point->meanwhile says so. */
unsigned long *userfault_bitmap(const struct measurement *m, unsigned int which);

/* Gives the slot flag and bitmap, in which every page is missing, until userfault_stop(). */
void userfault_start(struct measurement *m);
void userfault_stop(struct measurement *m);

/* Writes what a fault has brought where no userfaultfd is in the way. */
static inline void userfault_fill(struct measurement *m, uint64_t page, const void *content)
{
	uint8_t *base = m->memory.alias ? m->memory.alias : m->memory.hva;

	memcpy(base + page * PAGE_BYTES, content, grain_bytes(m));
}

/* Tells KVM that what a fault brings is there; its content must have been written before. */
void userfault_clear(struct measurement *m, uint64_t page);

/* The same for any pages in a row. */
void userfault_present(struct measurement *m, uint64_t first, uint64_t count);

bool userfault_is_present(const struct measurement *m, uint64_t page);

#endif
