/* SPDX-License-Identifier: GPL-2.0-only */
/* Where the parts are that a run needs. */
#ifndef FAULTLINE_SETUP_H
#define FAULTLINE_SETUP_H

#include <jansson.h>

#include "util.h"

struct setup {
	char *root; /* of the repository: FAULTLINE_ROOT, or where this program stands */
	char *kernel_dir; /* FAULTLINE_KERNEL_DIR_x86_64: the patched kernel's folder, NULL when not set */
	char *vmlinux; /* in it; NULL when it is not set */
	char *initramfs;
	char *point_program;
	char *manycore; /* the library that lets QEMU's simulated CPUs run in parallel */
	char *coherence; /* QEMU plugin that charges for moves of cache lines */
	char *profile; /* QEMU plugin that tells where the time goes */
	char *system_map, *program_map,
		*guest_map; /* functions of kernel (NULL without one), program, guest */
	char *qemu; /* FAULTLINE_QEMU, or the distribution's name for it */
};

/* Only finds out where things would be. Ends the program when there is no root. */
void setup_init(struct setup *setup);

void setup_free(struct setup *setup);

/*
 * The kernel's manifest.json, or NULL with a message in err that says how to
 * get a kernel. New reference.
 */
json_t *setup_kernel_manifest(const struct setup *setup, char *err, size_t err_size);

/*
 * QEMU's version as a string, checked to be new enough, or NULL with a message
 * in err that says how to get it. Caller frees.
 */
char *setup_qemu_version(const struct setup *setup, char *err, size_t err_size);

/* SHA-256 of a file in hex, or NULL when it cannot be had. Caller frees. */
char *setup_sha256(const char *path);

/* The commit that the repository is at, or NULL outside one; whether tracked files differ. */
char *setup_commit(const struct setup *setup, bool *dirty);

#endif
