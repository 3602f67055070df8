// SPDX-License-Identifier: GPL-2.0-only
#include "plugin.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

PLUGIN_EXPORT int qemu_plugin_version = PLUGIN_VERSION_QEMU_7;
static void *insn_data; /* one of two types, by qemu_plugin_version */

_Noreturn void plugin_refuse(const char *name, const char *reason)
{
	fprintf(stderr, "%s: %s\n", name, reason);
	_exit(MANYCORE_EXIT_REFUSED);
}

struct manycore *plugin_start(const char *name)
{
	struct manycore *manycore = dlsym(RTLD_DEFAULT, MANYCORE_SYMBOL);

	if (!manycore || manycore->version != MANYCORE_VERSION)
		plugin_refuse(name,
			      "QEMU must be run with LD_PRELOAD=manycore.so of the same build");
	if (manycore->qemu_major >= 10)
		qemu_plugin_version = PLUGIN_VERSION_QEMU_10;
	insn_data = dlsym(RTLD_DEFAULT, PLUGIN_INSN_DATA);
	if (!insn_data)
		plugin_refuse(name, "QEMU lacks the symbol " PLUGIN_INSN_DATA);
	return manycore;
}

size_t plugin_insn_bytes(const struct qemu_plugin_insn *insn, uint8_t *bytes)
{
	size_t length = qemu_plugin_insn_size(insn);

	if (qemu_plugin_version >= 3)
		return ((plugin_insn_data_from_3_t)insn_data)(insn, bytes, PLUGIN_INSN_BYTES);
	memcpy(bytes, ((plugin_insn_data_up_to_2_t)insn_data)(insn), length);
	return length;
}
