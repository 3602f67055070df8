/* SPDX-License-Identifier: GPL-2.0-only */
/* The library's options: the environment variable FAULTLINE_MANYCORE. */
#ifndef FAULTLINE_MANYCORE_OPTIONS_H
#define FAULTLINE_MANYCORE_OPTIONS_H

#include <stddef.h>
#include <stdint.h>

#define MANYCORE_ENVIRONMENT "FAULTLINE_MANYCORE"
/* Instead of options: QEMU stays as it is, and only plugins are told of its slices. */
#define MANYCORE_OBSERVE "observe"
#define QUANTUM_MIN 10
#define QUANTUM_MAX 1000000

struct manycore_options {
	int64_t quantum; /* instructions of a slice while the guest measures */
	int64_t boot_quantum; /* the same while it does not */
	char control[4096]; /* file that QEMU writes the guest's control port to */
	char status[4096]; /* file for the lines that tell the caller what happened */
};

/*
 * Reads "quantum=500,boot_quantum=20000,control=FILE,status=FILE"; all four must
 * be there. A comma in a file's name is written twice, as in QEMU's own options.
 * Returns 0, or -1 with a message in err.
 */
int manycore_options_parse(const char *text, struct manycore_options *o, char *err,
			   size_t err_size);

#endif
