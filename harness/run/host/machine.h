/* SPDX-License-Identifier: GPL-2.0-only */
/* The machine that faultline runs on: what it is, and which thread goes where on it. */
#ifndef FAULTLINE_MACHINE_H
#define FAULTLINE_MACHINE_H

#include <jansson.h>

#include "../../keys.h"
#include "../base/util.h"

/* CPUs this program may run on, at least 1. */
unsigned int machine_cpus(void);

/* Memory that can be had without swapping, or 0 when the kernel does not say. */
uint64_t machine_available_bytes(void);

/*
 * The "machine" object of run.json: CPU, topology, caches, settings that change
 * timing. New reference.
 */
json_t *machine_describe(void);

/*
 * Fills vcpu_cpus and reader_cpus: one thread a core as long as there are
 * cores, then their second hardware threads, then from the start again; vCPUs first,
 * handler threads going on where the vCPUs ended. Returns 0, or -1 after error().
 */
int machine_place(struct point *p);

#endif
