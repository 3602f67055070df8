/* SPDX-License-Identifier: GPL-2.0-only */
/* What tests of guest_memfd share, be it private memory or mapped by the VMM. */
#ifndef FAULTLINE_GUEST_MEMFD_H
#define FAULTLINE_GUEST_MEMFD_H

#include "world.h"

#define VM_TYPE_SW_PROTECTED 1

/* Skips the test where there are no VMs of that type. */
void need_private_memory(void);

/* These pages become private, or shared. */
void set_private(struct world *w, uint64_t first, uint64_t pages, bool is_private);

/* A guest_memfd for the tested memory and as much again; skips the test where there is none. */
int create_memfd(struct world *w, uint64_t flags);

/*
 * A VM with a slot of private pages, with these flags besides KVM_MEM_GUEST_MEMFD; skips the test
 * without them, or without KVM Userfault. Returns the first vCPU.
 */
struct vcpu *start_private(struct world *w, uint32_t flags);

/* Frees this page of the tested slot's. */
void punch_hole(const struct world *w, uint64_t page);

/* Turns KVM Userfault on, and off again. */
void toggle(struct world *w);

/* try_slot() must fail with EINVAL. */
void expect_refused(struct world *w, uint32_t flags, const char *what);

/* Of a slot with a guest_memfd, all but KVM_MEM_USERFAULT and the bitmap must stay as it is. */
void expect_nothing_else_can_change(struct world *w, uint64_t memfd_flags);

/*
 * The file must always find a memslot that is there to zap, whichever of the two
 * instances it is. A kernel warning or a use after free would end the VM.
 */
void race_toggles_with_punch_hole(struct world *w, uint64_t page);

#endif
