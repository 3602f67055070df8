/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What plugins cannot ask QEMU 7.2 for: registers of a CPU, and the instructions left of its
 * slice. Both are found by how they behave; no header tells where they are.
 */
#ifndef FAULTLINE_MANYCORE_CPU_STATE_H
#define FAULTLINE_MANYCORE_CPU_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "isa.h"

/* Returns NULL, or what is missing in this QEMU. */
const char *cpu_state_init(const struct isa *isa, unsigned int cpus);

/* QEMU's object of a CPU, for functions of its own that take one. */
void *cpu_state_cpu(unsigned int cpu);

/* Finds the registers only, if they have not been found yet. Returns 0, or -1 if they are not in one place. */
int cpu_state_find_registers(void);

/*
 * To be called at the start of blocks of 64-bit code of CPU 0 until it returns 1, found. 0: not yet, -1:
 * not to be found. instructions: of the block.
 */
int cpu_state_find(unsigned int instructions);

/*
 * At the start of a block, and within it as long as nothing in the block has written the register.
 * number: as struct isa has them.
 */
uint64_t cpu_state_register(unsigned int cpu, unsigned int number);

/*
 * Instructions that QEMU's counter, which is refilled now and then, has left after the
 * block that starts.
 */
uint16_t cpu_state_left(unsigned int cpu);

/*
 * Registers and what stands after them in the CPU: instruction pointer, flags, modes. As many bytes,
 * to be compared with each other only. cpu_state_find_registers() must have succeeded.
 */
#define CPU_STATE_BYTES 1024
const uint8_t *cpu_state_bytes(unsigned int cpu);

/*
 * Finds the mark by which QEMU makes a CPU leave translated code, for an interrupt or for work to
 * do: it is taken away when the CPU has looked for these. Returns 0 once it has been found, -1
 * before. To be called by the thread that runs CPUs.
 */
int cpu_state_find_exit_mark(void);

/* Whether it is set. */
bool cpu_state_is_to_exit(unsigned int cpu);

#endif
