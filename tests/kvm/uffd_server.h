/* SPDX-License-Identifier: GPL-2.0-only */
/* A userfaultfd for the tested memory, and a thread that serves it until the test ends. */
#ifndef FAULTLINE_UFFD_SERVER_H
#define FAULTLINE_UFFD_SERVER_H

#include <stdatomic.h>
#include <stdint.h>

#include "world.h"

/* Word 0 of each page that it serves. */
#define SERVED_WORD 0x5e12edbe11ull

struct uffd_server {
	int fd;
	struct world *world;
	_Atomic unsigned int events;
	_Atomic uint32_t thread_id; /* of who has faulted last */
};

/* Registers the tested memory for missing faults. Skips the test without userfaultfd. */
void start_uffd_server(struct uffd_server *server, struct world *w);

/* The same for minor faults of shared memory, which nobody serves. */
void start_minor_uffd_server(struct uffd_server *server, struct world *w);

/* Puts a page with word in word 0 in place of a missing one, waking nobody. */
void uffd_copy_quietly(struct uffd_server *server, uint64_t page, uint64_t word);

/* Maps the page that the file has there already, waking nobody. */
void uffd_continue_quietly(struct uffd_server *server, uint64_t page);

#endif
