/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Turns that provably change nothing. A CPU that spins for a lock takes turn after turn: it reads a
 * word or two, finds them as they were, and comes to PAUSE. On a contended host most turns are of
 * that kind, and most of QEMU's time goes into them.
 *
 * The proof: a turn ended at PAUSE, with no write and no transfer, in the very registers in which the
 * one before it had ended. All that it has read are lines of which the CPU still has its copy, which
 * another CPU's write would have taken. So the next turn starts as that one did, reads what that one
 * read, and ends as that one did: it executes as many instructions, and nothing else becomes of it.
 * What the CPU might be told meanwhile, an interrupt or work to do, QEMU leaves a mark of in the CPU.
 * Clocks are no exception, for what is read of them stands in a register. (arm64 waits in two
 * turns, WFE being in its loop twice, and is left alone.)
 */
#ifndef FAULTLINE_MANYCORE_WAITING_H
#define FAULTLINE_MANYCORE_WAITING_H

#include <stdbool.h>
#include <stdint.h>

/* cpu_state_init() must have been called. Returns 0, or -1 without memory. */
int waiting_init(unsigned int cpus);

/* No CPU repeats anything: the words that waiting_read() was given are gone. */
void waiting_forget(void);

/* Of the turn that is on: a line was read; bit `mask` of *holders is set while the CPU has its copy. */
void waiting_read(const uint64_t *holders, uint64_t mask);

/* Anything else that is no mere repetition, such as a write, a transfer, an access of a device. */
void waiting_disturb(void);

/* Whether something of that kind has happened in this turn: then nothing more need be told. */
bool waiting_is_disturbed(void);

/* It has come to an instruction that gives up the rest of the slice. */
void waiting_pause(void);

/* The turn of a CPU is over. */
void waiting_turn_ended(unsigned int cpu, int64_t instructions);

/* Whether the CPU's next turn, if it may execute so many instructions, would change nothing. */
bool waiting_repeats(unsigned int cpu, int64_t instructions);

#endif
