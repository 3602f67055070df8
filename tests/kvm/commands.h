/* SPDX-License-Identifier: GPL-2.0-only */
/* What the tests tell their guest to do, through struct guest_vcpu.test[]. */
#ifndef FAULTLINE_COMMANDS_H
#define FAULTLINE_COMMANDS_H

/* Indices of test[]. */
enum { TEST_COMMAND, TEST_ADDRESS, TEST_VALUE, TEST_RESULT, TEST_IS_BUSY };

enum command {
	COMMAND_READ, /* the word at the address into the result */
	COMMAND_WRITE, /* the value to the word at the address */
	COMMAND_CALL, /* the code at the address, see CODE_RETURN */
	COMMAND_OUTS, /* string output: KVM reads the address; rings with the 32 bits there */
	COMMAND_WRMSR, /* the value to the MSR whose number is the address */
	COMMAND_ALLOW_INTERRUPTS,
	COMMAND_UNDEFINED, /* an undefined instruction */
	COMMAND_TRIPLE_FAULT,
	COMMANDS
};

#define CODE_RETURN 0xc3 /* machine code that COMMAND_CALL can call */

#define BELL_FINISHED 0x100 /* the command is done */

#endif
