// SPDX-License-Identifier: GPL-2.0-only
#include "isa.h"

#include <string.h>

#include "atomics.h"

static enum last_instruction x86_64_last(const uint8_t *code, size_t length)
{
	if (length == 2 && code[0] == 0xf3 && code[1] == 0x90)
		return LAST_PAUSE;
	if (length == 2 && code[0] == 0x0f && code[1] == 0x31)
		return LAST_CLOCK; /* RDTSC */
	return length == 1 && code[0] == 0xf4 ? LAST_HALT : LAST_OTHER;
}

static enum last_instruction arm64_last(const uint8_t *code, size_t length)
{
	uint32_t word;

	if (length != sizeof(word))
		return LAST_OTHER;
	memcpy(&word, code, sizeof(word));
	if (word == 0xd503203f || word == 0xd503205f)
		return LAST_PAUSE; /* YIELD, WFE */
	if ((word & ~0x1fu) == 0xd53be040)
		return LAST_CLOCK; /* MRS of CNTVCT_EL0 */
	return word == 0xd503207f ? LAST_HALT : LAST_OTHER; /* WFI */
}

/* DC ZVA; QEMU's CPUs clear 64 bytes by it. */
static int arm64_clears_line(const uint8_t *code, size_t length)
{
	uint32_t word;

	if (length != sizeof(word))
		return -1;
	memcpy(&word, code, sizeof(word));
	return (word & ~0x1fu) == 0xd50b7420 && (word & 0x1f) != 31 ? (int)(word & 0x1f) : -1;
}

/*
 * The register that results go to stands in the same place in all instructions; loads and
 * stores may have a second one, and change the one with the address. That some write none of
 * these does not matter.
 */
static uint32_t arm64_writes_registers(const uint8_t *code, size_t length)
{
	uint32_t word, written;

	if (length != sizeof(word))
		return ~0u;
	memcpy(&word, code, sizeof(word));
	written = 1u << (word & 0x1f);
	if ((word & 0x0a000000) == 0x08000000)
		written |= 1u << (word >> 5 & 0x1f) | 1u << (word >> 10 & 0x1f);
	return written;
}

enum { RAX = 0, RSP = 4, RSI = 6, RDI = 7, GDB_RSP = 7 };
enum { X0 = 0, X1 = 1, SP = 31 };

static const struct isa isas[] = {
	{
		.target_name = "x86_64",
		.is_atomic = x86_64_is_atomic,
		.last = x86_64_last,
		.write_symbol = "x86_cpu_gdb_write_register",
		.registers = 16,
		.first_probed = 8, /* R8 to R15 */
		.stack_pointer = RSP,
		.stack_pointer_gdb = GDB_RSP,
		.arguments = { RDI, RSI },
		.result = RAX,
	},
	{
		.target_name = "aarch64",
		.is_atomic = arm64_is_atomic,
		.last = arm64_last,
		.clears_line = arm64_clears_line,
		.writes_registers = arm64_writes_registers,
		.write_symbol = "aarch64_cpu_gdb_write_register",
		.registers = 32,
		.first_probed = 8,
		.stack_pointer = SP,
		.stack_pointer_gdb = SP,
		.arguments = { X0, X1 },
		.result = X0,
	},
};

const struct isa *isa_find(const char *target_name)
{
	for (size_t i = 0; i < sizeof(isas) / sizeof(isas[0]); i++)
		if (!strcmp(isas[i].target_name, target_name))
			return &isas[i];
	return NULL;
}
