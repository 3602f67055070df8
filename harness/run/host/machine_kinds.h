/* SPDX-License-Identifier: GPL-2.0-only */
/* The machines that QEMU emulates for points in a VM: one for each architecture. */
#ifndef FAULTLINE_MACHINE_KINDS_H
#define FAULTLINE_MACHINE_KINDS_H

#include "../../keys.h"

struct machine_kind {
	const char *qemu; /* the distribution's name for it */
	const char *package; /* Debian's, which has it */
	const char *kernel_file; /* in a kernel's folder, that QEMU boots */
	const char *const *words; /* machine and CPU; NULL-terminated */
	/* Of serial ports beyond the console's, which is the only one of its own; NULL: it has enough. */
	const char *serial_device;
	const char *kernel_words;
	const char *one_cpu_words; /* further ones with one CPU, and with parallel ones */
	const char *manycore_words;
};

/* Indexed by enum arch. */
extern const struct machine_kind machine_kinds[ARCH_COUNT];

#endif
