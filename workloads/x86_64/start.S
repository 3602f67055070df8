/* SPDX-License-Identifier: GPL-2.0-only */
/* Entry and exception stubs; the host has set up 64-bit mode, stack and argument. */
#include "cpu.h"

	.section .text.start, "ax"
	.globl	_start
_start:
	call	guest_main
	/* Not to return from: the host reports the HLT. */
	hlt

	.org	EXCEPTION_STUBS_OFFSET
guest_exception_stubs:
	.set	vector, 0
	.rept	EXCEPTION_VECTORS
	.balign	EXCEPTION_STUB_BYTES
	/* Vectors without an error code get a 0, so that all frames look the same. */
	.if	!((1 << vector) & 0x60227d00)
	push	$0
	.endif
	push	$vector
	jmp	guest_exception_common
	.set	vector, vector + 1
	.endr

	/* In the order of struct frame in exception.c, last member first. */
guest_exception_common:
	push	%r15
	push	%r14
	push	%r13
	push	%r12
	push	%r11
	push	%r10
	push	%r9
	push	%r8
	push	%rdi
	push	%rsi
	push	%rbp
	push	$0
	push	%rbx
	push	%rdx
	push	%rcx
	push	%rax
	mov	%rsp, %rdi
	cld
	call	guest_exception

	/* What the frame has now, which may be another task. */
	pop	%rax
	pop	%rcx
	pop	%rdx
	pop	%rbx
	add	$8, %rsp
	pop	%rbp
	pop	%rsi
	pop	%rdi
	pop	%r8
	pop	%r9
	pop	%r10
	pop	%r11
	pop	%r12
	pop	%r13
	pop	%r14
	pop	%r15
	add	$16, %rsp
	iretq

	.section .note.GNU-stack, "", @progbits
