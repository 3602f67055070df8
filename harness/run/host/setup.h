/* SPDX-License-Identifier: GPL-2.0-only */
/* Where the parts are that a run needs. */
#ifndef FAULTLINE_SETUP_H
#define FAULTLINE_SETUP_H

#include <jansson.h>

#include "../../keys.h"
#include "../base/util.h"

/* What there is for an architecture under test. */
struct target {
	char *kernel_dir; /* FAULTLINE_KERNEL_DIR_<arch>: the folder of the kernel under test, or NULL */
	/* In it: what QEMU boots, how that was configured, its functions; or NULL. */
	char *kernel_image, *kernel_config, *system_map;
	char *initramfs;
	char *point_program;
	char *program_map, *guest_map; /* functions of the program and of the guest */
	char *qemu; /* FAULTLINE_QEMU_<arch>, or the distribution's: where it is, if it is there */
};

struct setup {
	char *root; /* of the repository: FAULTLINE_ROOT, or where this program stands */
	struct target targets[ARCH_COUNT];
	char *manycore; /* the library that lets QEMU's simulated CPUs run in parallel */
	char *coherence; /* QEMU plugin that charges for moves of cache lines */
	char *profile; /* QEMU plugin that tells where the time goes */
	struct strings owned; /* all of these */
};

/* Only finds out where things would be. Ends the program when there is no root. */
void setup_init(struct setup *setup);

void setup_free(struct setup *setup);

/*
 * The kernel's manifest.json, or NULL after error() that says how to
 * get a kernel. New reference.
 */
json_t *setup_kernel_manifest(const struct setup *setup, enum arch arch);

/*
 * What ./run.sh was told of the kernel under test, for commands that are shown: " --base 7.3", or
 * " --kernel-image FILE ...", quoted for a shell; else "".
 */
const char *setup_kernel_options(void);

/* FAULTLINE_KERNELS: a line, name TAB state, for each of the kernels that ./run.sh knows; calls show for each. */
void setup_each_kernel(void (*show)(const char *name, const char *state));

/*
 * QEMU's version as a string, checked to be new enough, or NULL after error() that says how
 * to get it. Caller frees.
 */
char *setup_qemu_version(const struct setup *setup, enum arch arch);

/* SHA-256 of a file in hex, or NULL when it cannot be had. Caller frees. */
char *setup_sha256(const char *path);

/* Which faultline this is. */
struct provenance {
	char *version; /* of the checkout, as a build would take it up now; or NULL */
	char *commit; /* or NULL: not known */
	bool is_state_known, is_dirty; /* whether tracked files differ from it */
	char *from; /* how that was told, or why not */
};

struct provenance setup_provenance(const struct setup *setup);
void provenance_free(struct provenance *provenance);

#endif
