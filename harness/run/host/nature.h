/* SPDX-License-Identifier: GPL-2.0-only */
/* Whether a machine is a virtual one: what times on it are worth depends on that. */
#ifndef FAULTLINE_NATURE_H
#define FAULTLINE_NATURE_H

struct nature {
	enum { NATURE_REAL, NATURE_VIRTUAL, NATURE_UNTOLD } kind;
	char how[256]; /* it was told; or why it cannot be */
};

/*
 * Tells it from the files below root, "" for this machine. Containers are no VMs. What nobody
 * gives away cannot be told, and is not taken for a real machine.
 */
void nature_tell(const char *root, struct nature *nature);

/* The same of this machine, once. */
const struct nature *machine_nature(void);

#endif
