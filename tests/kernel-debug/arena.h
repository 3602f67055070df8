/* SPDX-License-Identifier: GPL-2.0-only */
/* A VM whose memslots, memory and bitmaps are there to be changed by many threads at once. */
#ifndef FAULTLINE_ARENA_H
#define FAULTLINE_ARENA_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "../../harness/point/vm.h"

#define ARENA_VCPUS 4
#define ARENA_SLOTS 4u
#define ARENA_FIRST_SLOT 1u
#define SLOT_BYTES (2u << 20)
#define ARENA_BYTES ((uint64_t)ARENA_SLOTS * SLOT_BYTES)
/* Of each slot: a bitmap fits into the first page, and may lie across both. */
#define SLOT_BITMAP_BYTES (2 * PAGE_BYTES)
#define BITMAPS_BYTES (ARENA_SLOTS * SLOT_BITMAP_BYTES)

/* The same in each process, so that a seed stands for the same arguments. */
#define ARENA_MEMORY 0x200000000000ull
#define ARENA_BITMAPS 0x210000000000ull

struct arena {
	struct vm vm;
	struct vcpu vcpus[ARENA_VCPUS];
	bool is_private; /* slots can have a guest_memfd, of which each has one */
	_Atomic int memfds[ARENA_SLOTS];
	int bitmap_file; /* what is mapped at ARENA_BITMAPS, when it is */
	_Atomic unsigned long *bits; /* the same, always mapped */
	_Atomic bool is_ending; /* files and memory go: calls may fail in any way */
};

/*
 * At ARENA_MEMORY is ARENA_BYTES of anonymous memory, at ARENA_BITMAPS are the bitmaps; no slot
 * yet but the guest's own. Whether it is_private is for the caller to say; false if this
 * KVM has no such VMs.
 */
void create_arena(struct arena *a, bool is_private);

/* Map both places anew, whatever is there. Returns 0 or -errno. */
int map_memory(uint64_t offset, uint64_t bytes);
int map_bitmaps(const struct arena *a);

/* A guest_memfd for a slot. Returns the descriptor or -errno. */
int create_slot_memfd(struct arena *a, uint64_t bytes, uint64_t flags);

#endif
