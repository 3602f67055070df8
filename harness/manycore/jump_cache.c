// SPDX-License-Identifier: GPL-2.0-only
#include "jump_cache.h"

#include <stdint.h>
#include <string.h>

bool jump_cache_find(const unsigned char *code, size_t size, struct jump_cache *found)
{
	/* mov OFFSET(%rdi),%rax; test %rax,%rax; je; lea BYTES(%rax),%rdx */
	static const unsigned char load[] = { 0x48, 0x8b, 0x87 };
	static const unsigned char test[] = { 0x48, 0x85, 0xc0, 0x74 };
	static const unsigned char end[] = { 0x48, 0x8d, 0x90 };
	/* loop: movq $0,(%rax); add $16,%rax; cmp %rdx,%rax; jne loop; ret */
	static const unsigned char loop[] = { 0x48, 0xc7, 0,	0,    0,    0,	  0,	0x48, 0x83,
					      0xc0, 0x10, 0x48, 0x39, 0xd0, 0x75, 0xf0, 0xc3 };
	int32_t offset, bytes;

	if (size < 19 + sizeof(loop) || memcmp(code, load, sizeof(load)) ||
	    memcmp(code + 7, test, sizeof(test)) || memcmp(code + 12, end, sizeof(end)) ||
	    !memmem(code + 19, size - 19, loop, sizeof(loop)))
		return false;
	memcpy(&offset, code + 3, sizeof(offset));
	memcpy(&bytes, code + 15, sizeof(bytes));
	*found = (struct jump_cache){ (size_t)offset, (size_t)bytes };
	return offset > 0 && bytes > 0;
}
