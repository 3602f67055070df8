/* SPDX-License-Identifier: GPL-2.0-only */
/* What the modes of KVM Userfault have in common: a bitmap that two have, and writing a page. */
#ifndef FAULTLINE_MODES_USERFAULT_H
#define FAULTLINE_MODES_USERFAULT_H

#include <string.h>

#include "../point/measurement.h"

/* Why the kernel has no KVM Userfault, or NULL. */
const char *userfault_probe(struct vm *vm);

/* Gives the slot a bitmap in which every page is missing, until userfault_stop(). */
void userfault_start(struct measurement *m);
void userfault_stop(struct measurement *m);

/* Writes a page where no userfaultfd is in the way. */
static inline void userfault_fill(struct measurement *m, uint64_t page, const void *content)
{
	uint8_t *base = m->memory.alias ? m->memory.alias : m->memory.hva;

	memcpy(base + page * PAGE_BYTES, content, PAGE_BYTES);
}

/* Tells KVM that a page is there; its content must have been written before. */
void userfault_clear(struct measurement *m, uint64_t page);

#endif
