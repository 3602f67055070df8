// SPDX-License-Identifier: GPL-2.0-only
#include "cpu_state.h"

#include <dlfcn.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

/* The counter is a halfword shortly before the registers. */
#define COUNTER_BYTES 1024
#define COUNTERS (COUNTER_BYTES / sizeof(uint16_t))
#define BLOCKS 2000 /* that it is watched over */
#define BLOCKS_MIN (BLOCKS * 8 / 10) /* some start a slice */

static const struct isa *isa;
static void *(*get_cpu)(int index);
static void (*exit_cpu)(void *cpu);
static int (*write_register)(void *cpu, uint8_t *bytes, int number);
static unsigned int cpus_count;
static uint64_t **registers; /* of each CPU */
static size_t registers_offset, counter_offset; /* the latter before the registers */
static size_t exit_mark_offset; /* 0: not found yet */
static uint16_t last[COUNTERS];
static unsigned int hits[COUNTERS], blocks;

const char *cpu_state_init(const struct isa *of, unsigned int cpus)
{
	void *symbol = dlsym(RTLD_DEFAULT, "qemu_get_cpu");

	if (!symbol)
		return "the symbol qemu_get_cpu is missing";
	memcpy(&get_cpu, &symbol, sizeof(symbol));
	symbol = dlsym(RTLD_DEFAULT, "cpu_exit");
	if (!symbol)
		return "the symbol cpu_exit is missing";
	memcpy(&exit_cpu, &symbol, sizeof(symbol));
	isa = of;
	symbol = dlsym(RTLD_DEFAULT, isa->write_symbol);
	if (!symbol)
		return "the function that writes registers for debuggers is missing";
	memcpy(&write_register, &symbol, sizeof(symbol));
	registers = calloc(cpus, sizeof(*registers));
	cpus_count = cpus;
	return registers ? NULL : "no memory for CPUs";
}

/* Writes numbers to registers and looks for them in the CPU. Returns 0, or -1 if they are not in one place. */
static int find_registers(void)
{
	char *cpu = get_cpu(0), *saved;
	size_t size = malloc_usable_size(cpu), found = 0;
	uint64_t probes[PROBED_REGISTERS], stack_pointer = 0x7e7d7c7b7a797870;

	saved = malloc(size);
	if (!saved)
		return -1;
	memcpy(saved, cpu, size);
	for (int i = 0; i < PROBED_REGISTERS; i++) {
		probes[i] = 0x0102030405060708 * (uint64_t)(i + 1);
		write_register(cpu, (uint8_t *)&probes[i], (int)isa->first_probed + i);
	}
	write_register(cpu, (uint8_t *)&stack_pointer, (int)isa->stack_pointer_gdb);
	for (size_t at = 0; at + sizeof(probes) <= size; at += sizeof(uint64_t)) {
		if (memcmp(cpu + at, probes, sizeof(probes)))
			continue;
		found++;
		registers_offset = at - isa->first_probed * sizeof(uint64_t);
	}
	if (found == 1 && registers_offset >= COUNTER_BYTES &&
	    registers_offset + CPU_STATE_BYTES <= size) {
		uint64_t *r = (uint64_t *)(cpu + registers_offset);

		if (r[isa->stack_pointer] != stack_pointer)
			found = 0;
		memcpy(r, saved + registers_offset, isa->registers * sizeof(*r));
	} else {
		found = 0;
	}
	free(saved);
	if (found != 1)
		return -1;
	for (unsigned int i = 0; i < cpus_count; i++)
		registers[i] = (uint64_t *)((char *)get_cpu((int)i) + registers_offset);
	return 0;
}

void *cpu_state_cpu(unsigned int cpu)
{
	return get_cpu((int)cpu);
}

int cpu_state_find_registers(void)
{
	return registers[0] ? 0 : find_registers();
}

/* The one halfword that gets less by each block's instructions. */
int cpu_state_find(unsigned int instructions)
{
	const uint16_t *words;
	unsigned int found = 0;

	if (cpu_state_find_registers())
		return -1;
	words = (const uint16_t *)((const char *)registers[0] - COUNTER_BYTES);
	for (size_t i = 0; i < COUNTERS; i++) {
		hits[i] += instructions && (uint16_t)(last[i] - words[i]) == instructions;
		last[i] = words[i];
	}
	if (++blocks < BLOCKS)
		return 0;
	for (size_t i = 0; i < COUNTERS; i++) {
		if (hits[i] < BLOCKS_MIN)
			continue;
		found++;
		counter_offset = COUNTER_BYTES - i * sizeof(*words);
	}
	return found == 1 ? 1 : -1;
}

uint64_t cpu_state_register(unsigned int cpu, unsigned int number)
{
	return registers[cpu][number];
}

uint16_t cpu_state_left(unsigned int cpu)
{
	uint16_t left;

	memcpy(&left, (const char *)registers[cpu] - counter_offset, sizeof(left));
	return left;
}

const uint8_t *cpu_state_bytes(unsigned int cpu)
{
	return (const uint8_t *)registers[cpu];
}

#define EXIT_MARK UINT16_MAX

/*
 * A copy of a CPU is told to exit: what becomes all ones is the mark, in the copy, or in the CPU
 * itself where that has a pointer to it. There it does no harm: the CPU looks for what is not there.
 */
int cpu_state_find_exit_mark(void)
{
	char *cpu = get_cpu(0), *before, *copy;
	size_t size = malloc_usable_size(cpu), found = 0, offset = 0;

	if (exit_mark_offset)
		return 0;
	if (cpu_state_find_registers())
		return -1;
	before = malloc(size);
	copy = malloc(size);
	if (before && copy) {
		memcpy(before, cpu, size);
		memcpy(copy, before, size);
		exit_cpu(copy);
		for (size_t at = 0; at + sizeof(uint16_t) <= size; at += sizeof(uint16_t)) {
			const uint16_t mark = EXIT_MARK;

			if (!memcmp(before + at, &mark, sizeof(mark)) ||
			    (memcmp(copy + at, &mark, sizeof(mark)) &&
			     memcmp(cpu + at, &mark, sizeof(mark))))
				continue;
			found++;
			offset = at;
		}
	}
	free(before);
	free(copy);
	if (found == 1)
		exit_mark_offset = offset;
	return found == 1 ? 0 : -1;
}

bool cpu_state_is_to_exit(unsigned int cpu)
{
	uint16_t mark;

	memcpy(&mark, (const char *)registers[cpu] - registers_offset + exit_mark_offset,
	       sizeof(mark));
	return mark;
}
