/* SPDX-License-Identifier: GPL-2.0-only */
/* What the two modes with a userfault bitmap have in common. */
#ifndef FAULTLINE_MODES_USERFAULT_H
#define FAULTLINE_MODES_USERFAULT_H

#include "../point/measurement.h"

/* Why the kernel has no KVM Userfault, or NULL. */
const char *userfault_probe(struct vm *vm);

/* Gives the slot a bitmap in which every page is missing, until userfault_stop(). */
void userfault_start(struct measurement *m);
void userfault_stop(struct measurement *m);

/* Tells KVM that a page is there; its content must have been written before. */
void userfault_clear(struct measurement *m, uint64_t page);

#endif
