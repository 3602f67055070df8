/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Userfaultfds over the tested memory, and the handler threads that read them: operations of
 * the modes that have them.
 */
#ifndef FAULTLINE_UFFD_H
#define FAULTLINE_UFFD_H

#include <stdbool.h>
#include <stdint.h>

#include "measurement.h"

/*
 * Opens point->uffds userfaultfds, each registered for an equal part of the
 * tested memory, for missing or minor faults, and starts point->readers handler
 * threads. Sets m->handlers. skip()s where the kernel does not have or allow it.
 */
void uffds_start(struct measurement *m);

/* Ends the handler threads and closes the userfaultfds. */
void uffds_stop(struct measurement *m);

/* CPU time of the handler threads, as in struct mode. */
uint64_t uffds_cpu_ns(const struct measurement *m);

/*
 * Puts a page into place: UFFDIO_COPY, or for minor faults a copy to the second
 * mapping and UFFDIO_CONTINUE. may_wake: also wakes the threads that wait for it.
 */
void uffd_resolve(struct measurement *m, uint64_t page, const void *content, bool may_wake);

/* Maps pages whose content is in place, and wakes whoever waits for one; see struct mode. */
void uffd_present(struct measurement *m, uint64_t first, uint64_t count);

/* Whether it is mapped. */
bool uffd_is_present(const struct measurement *m, uint64_t page);

/* The userfaultfd that serves a page, and where the pages end that it serves, unless NULL. */
int uffd_of_page(const struct measurement *m, uint64_t page, uint64_t *end);

/* Wakes threads that wait for a page that has been put into place without. */
void uffd_wake(struct measurement *m, uint64_t page);

#endif
