/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A mode is one mechanism for learning of and resolving a missing page. To add
 * one: a file in modes/ with its struct mode, see point/mode_ops.h, and a line in the table below.
 */
#ifndef FAULTLINE_MODE_H
#define FAULTLINE_MODE_H

/* MODE(symbol, name as users write it, summary) */
#define MODES                                                                              \
	MODE(kernel, "kernel", "the kernel brings the page, nobody is told: the ceiling")  \
	MODE(uffd, "uffd", "handler threads read a userfaultfd, copy and wake")            \
	MODE(uffd_exit, "uffd+exit",                                                       \
	     "KVM_MEM_EXIT_ON_MISSING: the vCPU thread exits; a userfaultfd for the rest") \
	MODE(userfault, "userfault",                                                       \
	     "KVM Userfault: the vCPU thread exits where the bitmap says so")              \
	MODE(userfault_uffd, "userfault+uffd",                                             \
	     "KVM Userfault; a userfaultfd catches KVM's own accesses")

enum {
#define MODE(symbol, name, summary) MODE_##symbol,
	MODES
#undef MODE
		MODE_COUNT
};

extern const char *const mode_names[]; /* NULL-terminated, in the order of the table */
extern const char *const mode_summaries[];

#endif
