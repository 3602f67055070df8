/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory that this process can have: of the machine, and of the control groups that it is in. */
#ifndef FAULTLINE_MEMORY_ROOM_H
#define FAULTLINE_MEMORY_ROOM_H

#include <stdint.h>

struct memory_room {
	uint64_t bytes; /* to be had without swapping; UINT64_MAX when the kernel does not say */
	char *bound; /* the file with the limit, or NULL where the machine itself is it */
	uint64_t limit_bytes; /* what stands there */
};

/* The caller frees bound. */
struct memory_room memory_room(void);

/* How often the kernel has killed for lack of memory so far: in this process's group, at all. */
struct memory_kills {
	uint64_t in_group, in_machine;
};

struct memory_kills memory_kills(void);

/* What to say of a process that was killed since then, if it was for memory, or NULL. Caller frees. */
char *memory_kill_cause(struct memory_kills before);

#endif
