/* SPDX-License-Identifier: GPL-2.0-only */
/* What the TCG plugins that run beside the library have in common. */
#ifndef FAULTLINE_MANYCORE_PLUGIN_H
#define FAULTLINE_MANYCORE_PLUGIN_H

#include "manycore.h"
#include "plugin_api.h"

#define PLUGIN_INSN_BYTES 16 /* no instruction is longer */

/* QEMU reads it after the plugin's constructors have run. */
extern int qemu_plugin_version;

/*
 * Ends QEMU with "name: reason" and MANYCORE_EXIT_REFUSED; an error returned to
 * QEMU would end it with code 1.
 */
_Noreturn void plugin_refuse(const char *name, const char *reason);

/*
 * To be called by a plugin's constructor: finds the library, without which it
 * refuses, and sets qemu_plugin_version to what QEMU takes.
 */
struct manycore *plugin_start(const char *name);

/* Copies an instruction's code to bytes, PLUGIN_INSN_BYTES long. Returns its length. */
size_t plugin_insn_bytes(const struct qemu_plugin_insn *insn, uint8_t *bytes);

#endif
