/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which function an address of the guest belongs to: of the kernel, its one program, or the nested guest;
 * and which of the kernel's own objects.
 */
#ifndef FAULTLINE_MANYCORE_FUNCTIONS_H
#define FAULTLINE_MANYCORE_FUNCTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum level { LEVEL_GUEST, LEVEL_PROGRAM, LEVEL_KERNEL, LEVEL_COUNT };

/* Functions whose start or end says something about a thread. */
enum marker {
	MARKER_NONE,
	MARKER_VCPU, /* first function of a vCPU's thread */
	MARKER_HANDLER, /* the same of a handler thread */
	MARKER_EVENT, /* a handler has a fault: t1 */
	MARKER_EXIT, /* a vCPU's thread has one: t1; returns when it is dealt with */
	MARKER_RESOLVE, /* from t2 to t3 */
	MARKER_SWITCH, /* to another thread */
	MARKER_WAKE, /* of a thread */
	MARKER_LOCK, /* waits for the lock that is its first argument */
	MARKER_WORKLOAD, /* from the first t0 to the last t4 of a vCPU */
	MARKER_MEANWHILE, /* what its guest does while a page of that is not there */
};

struct function {
	uint64_t start;
	const char *name;
	enum level level;
	enum marker marker;
	bool is_part; /* of another one, by whose name it goes: jumped to, not called */
	bool is_thunk; /* only on the way from one function to another */
};

struct functions;

/*
 * Adds the functions of a file as `nm -n` and System.map have them. *functions is NULL at first.
 * Returns 0, or -1 with a message in err.
 */
int functions_add(struct functions **functions, const char *path, enum level level, char *err,
		  size_t err_size);
void functions_free(struct functions *functions);

/* The one that address belongs to; where that is none of those known, one without a start. */
const struct function *functions_find(const struct functions *functions, uint64_t address);

/*
 * Writes an address as the kernel's object that it is in, with the distance from its start as "+0x",
 * or, if it is not within the kernel's image, as the hexadecimal number.
 */
void functions_write_object(const struct functions *functions, FILE *out, uint64_t address);

#endif
