/* SPDX-License-Identifier: GPL-2.0-only */
/* The parts of a point that benchmarks share: each makes one. All end through fail() or skip(). */
#ifndef FAULTLINE_CREATE_H
#define FAULTLINE_CREATE_H

#include "measurement.h"

/*
 * The VM, without tested memory and vCPUs, if the kernel has the mode, and the clock. The guest maps
 * guest_bytes of tested memory, and has note_bytes for its own notes at m->vm.extra_gpa.
 */
void create_vm(struct measurement *m, uint64_t guest_bytes, size_t note_bytes);

/* The tested memory's slot, plain. */
void create_slot(struct measurement *m);

/* The same as the mode wants it: its start() comes before. */
void create_mode_slot(struct measurement *m);

#endif
