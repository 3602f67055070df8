/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A mode is one mechanism for learning of and resolving a missing page. To add
 * one: a file in modes/ with its struct mode, see point/mode_ops.h, and a line in the table below.
 */
#ifndef FAULTLINE_MODE_H
#define FAULTLINE_MODE_H

/*
 * MODE(symbol, name as users write it, handlers, summary): whom a handler thread serves, of which
 * there are as many as the key readers says: NONE: there are none; UFFDS: who faults on what its
 * userfaultfds have; VCPUS: vCPUs, in turn.
 */
#define MODES                                                                                   \
	MODE(kernel, "kernel", NONE, "the kernel brings the page, nobody is told: the ceiling") \
	MODE(uffd, "uffd", UFFDS, "handler threads read a userfaultfd, copy and wake")          \
	MODE(uffd_exit, "uffd+exit", UFFDS,                                                     \
	     "KVM_MEM_EXIT_ON_MISSING: the vCPU thread exits; a userfaultfd for the rest")      \
	MODE(userfault, "userfault", NONE,                                                      \
	     "KVM Userfault: the vCPU thread exits where the bitmap says so")                   \
	MODE(userfault_uffd, "userfault+uffd", UFFDS,                                           \
	     "KVM Userfault; a userfaultfd catches KVM's own accesses")                         \
	MODE(async_pf, "async-pf", VCPUS,                                                       \
	     "KVM Userfault; the guest runs another task until a handler thread has the page")  \
	MODE(attributes, "attributes", NONE,                                                    \
	     "KVM_MEMORY_ATTRIBUTE_USERFAULT: the vCPU thread exits; KVM itself waits")

enum {
#define MODE(symbol, name, handlers, summary) MODE_##symbol,
	MODES
#undef MODE
		MODE_COUNT
};

extern const char *const mode_names[]; /* NULL-terminated, in the order of the table */
extern const char *const mode_summaries[];

enum mode_handlers { HANDLERS_NONE, HANDLERS_UFFDS, HANDLERS_VCPUS };
extern const enum mode_handlers mode_handlers[];

#endif
