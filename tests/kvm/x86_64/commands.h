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
 */
#define ARCH_COMMANDS         \
	COMMAND(OUTS, outs)   \
	COMMAND(WRMSR, wrmsr) \
	COMMAND(ALLOW_INTERRUPTS, allow_interrupts)

#endif
