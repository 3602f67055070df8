/* SPDX-License-Identifier: GPL-2.0-only */
/* The machine that faultline runs on: what it is. */
#ifndef FAULTLINE_MACHINE_H
#define FAULTLINE_MACHINE_H

#include <jansson.h>

#include "../base/util.h"

/* Memory that can be had without swapping, or 0 when the kernel does not say. */
uint64_t machine_available_bytes(void);

/*
 * The "machine" object of run.json: CPU, topology, caches, settings that change
 * timing. New reference.
 */
json_t *machine_describe(void);

#endif
