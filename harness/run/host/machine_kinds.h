/* SPDX-License-Identifier: GPL-2.0-only */
/* The machines that QEMU emulates for points in a VM: one for each architecture. */
#ifndef FAULTLINE_MACHINE_KINDS_H
#define FAULTLINE_MACHINE_KINDS_H

#include "../../keys.h"

struct machine_kind {
	const char *qemu; /* the distribution's name for it */
	const char *package; /* Debian's, which has it */
	const char *kernel_file; /* in a kernel's folder, that QEMU boots */
	const char *machine_words; /* options for machine and CPU */
	unsigned int dma32_mib; /* memory that the kernel takes last: a zone of its own */
	const char *serial_device; /* of ports beyond the console's; NULL: there are enough */
	const char *kernel_words; /* of the kernel's command line */
	const char *one_cpu_words, *manycore_words; /* more with one CPU, with parallel ones */
};

/* Indexed by enum arch. */
extern const struct machine_kind machine_kinds[ARCH_COUNT];

#endif
