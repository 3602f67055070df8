/* SPDX-License-Identifier: GPL-2.0-only */
/* What the tests tell their guest to do, through struct guest_vcpu.test[]. */
#ifndef FAULTLINE_COMMANDS_H
#define FAULTLINE_COMMANDS_H

/*
 * For each architecture: CODE_RETURN; TABLE_BITS, BLOCK_BITS and PAGE_BITS, which make an
 * address an entry of page tables; and commands of its own, COMMAND(NAME, function) each.
 */
#if defined(__x86_64__)
#include "x86_64/commands.h"
#elif defined(__aarch64__)
#include "arm64/commands.h"
#endif

/* Indices of test[]. */
enum { TEST_COMMAND, TEST_ADDRESS, TEST_VALUE, TEST_RESULT, TEST_IS_BUSY };

enum command {
	COMMAND_READ, /* the word at the address into the result */
	COMMAND_WRITE, /* the value to the word at the address */
	COMMAND_READ_PAGES, /* one word of each of as many pages as the value says */
	COMMAND_CALL, /* the code at the address, for example CODE_RETURN */
	COMMAND_READ_BY_TABLE, /* a word at BY_TABLE, where the table at the address then maps 1 GiB */
	COMMAND_UNDEFINED, /* an undefined instruction, with MARK in the last register */
	COMMAND_FATAL, /* an exception that the guest cannot report */
#define COMMAND(NAME, function) COMMAND_##NAME,
	ARCH_COMMANDS
#undef COMMAND
		COMMANDS
};

#define BY_TABLE (64ull << 30) /* where nothing is mapped before */
#define MARK 0x3a5c96

#define BELL_FINISHED 0x100 /* the command is done */

#endif
