/* SPDX-License-Identifier: GPL-2.0-only */
/* The attribute variant of KVM Userfault: what its tests start from. */
#ifndef FAULTLINE_ATTRIBUTES_H
#define FAULTLINE_ATTRIBUTES_H

#include <stdatomic.h>

#include "world.h"

/* Word 0 of each page that start_attribute_server() serves. */
#define FILLED_WORD 0xf111edf111ull

/* Ends the test through skip() where the kernel lacks the attribute. */
void need_attributes(struct world *w);

/* Enables it, with a new eventfd, which is returned. It does not block. */
int enable_attributes(struct world *w);

/* Which clears the attribute of all pages. */
void disable_attributes(struct world *w);

/* create_world(), enable_attributes(), and the tested slot without flags. Returns the eventfd. */
int start_attributes(struct world *w);

/* KVM_MEMORY_ATTRIBUTE_USERFAULT of so many pages, and no other attribute. */
void set_attribute(struct world *w, uint64_t first, uint64_t pages);
void clear_attribute(struct world *w, uint64_t first, uint64_t pages);

/* KVM_READ_USERFAULT. Returns 0 or -errno. */
int read_userfault(struct world *w, uint64_t *gfn);

/* Waits until the eventfd is signalled, and takes that back. */
void await_event(int eventfd);

/* Whether it is signalled; takes that back. */
bool has_event(int eventfd);

/* Of a page of tested memory. */
uint64_t page_gfn(uint64_t page);

/* A thread that fills what KVM itself waits for, until the test ends. */
struct attribute_server {
	struct world *world;
	int eventfd;
	_Atomic unsigned int served;
	_Atomic uint64_t gfn; /* the last one */
};

void start_attribute_server(struct attribute_server *server, struct world *w, int eventfd);

#endif
