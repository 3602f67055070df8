/* SPDX-License-Identifier: GPL-2.0-only */
/* Drawn arguments of the calls that set memslots. */
#ifndef FAULTLINE_REGION_H
#define FAULTLINE_REGION_H

#include "arena.h"
#include "draws.h"

/* An address that something may be wrong with, in the arena, the kernel, or nowhere. */
uint64_t draw_address(struct draws *d);
uint64_t draw_size(struct draws *d);

/* Descriptors stand as numbers of slots there until use_memfd(): the same seed, the same arguments. */
#define NO_MEMFD ARENA_SLOTS

/* A region that a VM could have, depending on what it has already. */
void draw_region(struct draws *d, bool is_private, struct abi_memory_region2 *region);

/* Spoils something of it. */
void spoil_region(struct draws *d, struct abi_memory_region2 *region);

/* The descriptor in place of the slot's number. */
void use_memfd(struct arena *a, struct abi_memory_region2 *region);

/* Whether it must be refused with EINVAL, whatever the VM has. */
bool must_be_refused(const struct abi_memory_region2 *region, bool by_older_ioctl);

#endif
