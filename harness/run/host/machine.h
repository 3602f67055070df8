/* SPDX-License-Identifier: GPL-2.0-only */
/* The machine that faultline runs on: what it is. */
#ifndef FAULTLINE_MACHINE_H
#define FAULTLINE_MACHINE_H

#include <jansson.h>

#include "../base/util.h"

/*
 * The "machine" object of run.json: CPU, topology, caches, settings that change
 * timing. New reference.
 */
json_t *machine_describe(void);

/* The same without what comes and goes: memory in VMs, the load. New reference; NULL for NULL. */
json_t *machine_lasting(const json_t *machine);

#endif
