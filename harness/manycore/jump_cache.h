/* SPDX-License-Identifier: GPL-2.0-only */
/* Finds out how QEMU remembers where translated code is. */
#ifndef FAULTLINE_MANYCORE_JUMP_CACHE_H
#define FAULTLINE_MANYCORE_JUMP_CACHE_H

#include <stdbool.h>
#include <stddef.h>

/* Where a CPU keeps the addresses of translated code it has been to. */
struct jump_cache {
	size_t pointer_offset; /* of the pointer to it, within the CPU */
	size_t bytes;
};

/*
 * Reads that from the code of tcg_flush_jmp_cache(). Returns false if that is not
 * what compilers are known to make of it: a pointer, and a loop that stores NULL to
 * every 16th byte.
 */
bool jump_cache_find(const unsigned char *code, size_t size, struct jump_cache *found);

#endif
