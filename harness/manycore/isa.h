/* SPDX-License-Identifier: GPL-2.0-only */
/* What plugins must know of an emulated CPU: a row for each architecture. */
#ifndef FAULTLINE_MANYCORE_ISA_H
#define FAULTLINE_MANYCORE_ISA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Instructions that end a block of code and say something about the CPU. */
enum last_instruction {
	LAST_OTHER,
	LAST_PAUSE, /* gives up the rest of the slice: PAUSE, YIELD, WFE */
	LAST_HALT,
	LAST_CLOCK, /* reads the counter that guests are measured by */
};

struct isa {
	const char *target_name; /* QEMU's */
	/* See atomics.h. */
	bool (*is_atomic)(const uint8_t *code, size_t length);
	enum last_instruction (*last)(const uint8_t *code, size_t length);
	/*
	 * Instructions that clear a whole line of memory, of which QEMU shows no access: the general
	 * register with an address in it, or -1 for any other. And which general registers an
	 * instruction may write, a bit each. NULL where there are none.
	 */
	int (*clears_line)(const uint8_t *code, size_t length);
	uint32_t (*writes_registers)(const uint8_t *code, size_t length);
	/*
	 * The general registers stand in an array in QEMU's CPU, which a function for debuggers writes
	 * to. Debuggers number first_probed and those that follow, PROBED_REGISTERS in all, as the
	 * array does.
	 */
	const char *write_symbol;
	unsigned int registers, first_probed;
	unsigned int stack_pointer,
		stack_pointer_gdb; /* its number in the array, and a debugger's */
	unsigned int arguments[2], result; /* of functions, as kernel and programs call them */
};

#define PROBED_REGISTERS 8

/* The one of QEMU's target, or NULL. */
const struct isa *isa_find(const char *target_name);

#endif
