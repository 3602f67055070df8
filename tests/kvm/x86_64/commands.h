/* SPDX-License-Identifier: GPL-2.0-only */
/* The commands that only x86-64 has; carried out in guest.h. */
#ifndef FAULTLINE_X86_64_COMMANDS_H
#define FAULTLINE_X86_64_COMMANDS_H

#define CODE_RETURN 0xc3 /* ret */
#define TABLE_BITS 0x23ull /* present, writable, accessed */
#define BLOCK_BITS 0xe3ull /* and dirty, of 2 MiB */
#define PAGE_BITS 0x63ull /* the same of 4 KiB */

/*
 * OUTS: string output, for which KVM reads the address; rings with the 32 bits there.
 * WRMSR: the value to the MSR whose number is the address.
 * TASKS_PREPARE: switches asynchronous page faults on. Then, by tasks of their own:
 * TASKS_READ: task i a word of page i modulo the value, into TASK_WORD of its block;
 * TASKS_SPIN: the first one reads a word, the second one spins until that page is ready;
 * TASKS_CLOSED: two read the same word, the second one with interrupts off;
 * TASKS_TOGGLE: the first one reads a word, the second one switches them off, rings BELL_OFF, and
 * switches them on again.
 */
#define ARCH_COMMANDS                               \
	COMMAND(OUTS, outs)                         \
	COMMAND(WRMSR, wrmsr)                       \
	COMMAND(ALLOW_INTERRUPTS, allow_interrupts) \
	COMMAND(TASKS_PREPARE, tasks_prepare)       \
	COMMAND(TASKS_READ, tasks_read)             \
	COMMAND(TASKS_SPIN, tasks_spin)             \
	COMMAND(TASKS_CLOSED, tasks_closed)         \
	COMMAND(TASKS_TOGGLE, tasks_toggle)

#define TASK_WORD seed /* of its control block: what nothing else is made of here */
#define BELL_OFF 0x101

#define MSR_KVM_ASYNC_PF_EN 0x4b564d02
#define ASYNC_PF_ENABLED 1ull
#define ASYNC_PF_SEND_ALWAYS 2ull /* also to the guest's kernel */
#define ASYNC_PF_DELIVERY_AS_INT 8ull
#define ASYNC_PF_ALL (ASYNC_PF_ENABLED | ASYNC_PF_SEND_ALWAYS | ASYNC_PF_DELIVERY_AS_INT)

#endif
