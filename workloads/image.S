/* SPDX-License-Identifier: GPL-2.0-only */
/* A guest's code (IMAGE_FILE) inside a host program, as IMAGE_SYMBOL to IMAGE_SYMBOL_end. */
#define PASTE2(a, b) a##b
#define PASTE(a, b) PASTE2(a, b)

	.section .rodata
	.globl	IMAGE_SYMBOL, PASTE(IMAGE_SYMBOL, _end)
	.balign	4096
IMAGE_SYMBOL:
	.incbin	IMAGE_FILE
PASTE(IMAGE_SYMBOL, _end):

	.section .note.GNU-stack, "", @progbits
