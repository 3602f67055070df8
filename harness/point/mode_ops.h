/* SPDX-License-Identifier: GPL-2.0-only */
/* What a mode is to those who measure it; see ../mode.h for the table and ../modes/ for the rows. */
#ifndef FAULTLINE_MODE_OPS_H
#define FAULTLINE_MODE_OPS_H

#include <stdbool.h>
#include <stdint.h>

struct measurement;
struct vcpu;
struct vm;

/*
 * The ways in which the program is told of a missing page:
 * WAY(symbol, the record's member that counts them, how they came, for messages).
 */
#define WAYS                                      \
	WAY(EXIT, "exits", "as exits of KVM_RUN") \
	WAY(EVENT, "uffd_events", "through userfaultfds or KVM_READ_USERFAULT")

enum way {
	WAY_NONE, /* nobody is told: the kernel fills pages */
#define WAY(symbol, member, words) WAY_##symbol,
	WAYS
#undef WAY
		WAY_COUNT
};

struct mode {
	/* How it is told of every page, which its figures stand for; then in no other way. */
	enum way way;
	bool kvm_waits; /* for a missing page that it accesses itself, so that nobody's content is lost */
	/* Why the kernel at hand cannot do this mode, or NULL. NULL: any kernel can. */
	const char *(*probe)(struct vm *vm);
	/*
	 * Before the tested memory gets its slot: adds to m->slot what the mode needs there,
	 * starts threads of its own. Profiles know these as handlers if their first function is
	 * called handler_main_NAME. stop() is called when vCPUs have ended, to end these threads
	 * and free what start() has made. NULL for nothing to do.
	 */
	void (*start)(struct measurement *m);
	void (*stop)(struct measurement *m);
	/*
	 * Puts the fetched content of a page into place. may_wake: the faulting thread sleeps
	 * and must be woken by this; otherwise it is the caller. Never called for WAY_NONE.
	 * Profiles know it by its name, resolve or uffd_resolve: see ../manycore/functions.c.
	 */
	void (*resolve)(struct measurement *m, uint64_t page, const void *content, bool may_wake);
	/*
	 * Wakes threads that sleep until a page is there, which has been put there without
	 * may_wake. NULL where page_event_begin() is never called: nobody sleeps.
	 */
	void (*wake)(struct measurement *m, uint64_t page);
	/*
	 * Sees to it that the guest is told when the page is there, for which the vCPU has just left
	 * with a token and does not wait; and that it is fetched, if that is claimed for the vCPU.
	 * NULL: guests wait for their pages, and are not made to be told of them.
	 */
	void (*defer)(struct measurement *m, const struct vcpu *vcpu, uint64_t page,
		      bool is_claimed);
	/*
	 * Makes pages present whose content is in place, before anybody has asked for them: by
	 * as few calls as the mode can. NULL: it cannot.
	 */
	void (*present)(struct measurement *m, uint64_t first, uint64_t count);
	/* Whether a page is, by all that the mode goes by. NULL: nobody can be asked. */
	bool (*is_present)(const struct measurement *m, uint64_t page);
	/*
	 * CPU time that threads of its own have used so far, in ns of the kernel's clock: see
	 * cpu_time.h. Without what polling took before vCPUs started. NULL where it has none.
	 */
	uint64_t (*cpu_ns)(const struct measurement *m);
};

/* Nobody is told of missing pages, so nothing is fetched. */
static inline bool mode_is_passive(const struct mode *mode)
{
	return mode->way == WAY_NONE;
}

#endif
