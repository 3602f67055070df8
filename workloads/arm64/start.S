/* SPDX-License-Identifier: GPL-2.0-only */
/* Entry and exception vectors; the host has set up translation, stacks and argument. */
#include "cpu.h"

	.section .text.start, "ax"
	.globl	_start
_start:
	bl	guest_main
	/* Not to return from: the host reports that the VM was turned off. */
	b	stop

	.org	EXCEPTION_VECTORS_OFFSET
	.set	vector, 0
	.rept	EXCEPTION_VECTORS
	.balign	EXCEPTION_VECTOR_BYTES
	/*
	 * An exception while one is being dealt with: stop, without memory or a stack,
	 * lest it come again and again. The host shows the registers.
	 */
	.if	vector >= EXCEPTION_VECTORS_OWN_STACK
	b	stop
	.else
	sub	sp, sp, #EXCEPTION_FRAME_BYTES
	stp	x0, x1, [sp]
	mov	x0, #vector
	b	common
	.endif
	.set	vector, vector + 1
	.endr

common:
	stp	x2, x3, [sp, #16]
	stp	x4, x5, [sp, #32]
	stp	x6, x7, [sp, #48]
	stp	x8, x9, [sp, #64]
	stp	x10, x11, [sp, #80]
	stp	x12, x13, [sp, #96]
	stp	x14, x15, [sp, #112]
	stp	x16, x17, [sp, #128]
	stp	x18, x19, [sp, #144]
	stp	x20, x21, [sp, #160]
	stp	x22, x23, [sp, #176]
	stp	x24, x25, [sp, #192]
	stp	x26, x27, [sp, #208]
	stp	x28, x29, [sp, #224]
	str	x30, [sp, #240]
	mov	x1, sp
	bl	guest_exception

stop:
	ldr	w0, =PSCI_SYSTEM_OFF
	hvc	#0
	b	stop

	.section .note.GNU-stack, "", %progbits
