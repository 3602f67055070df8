/* SPDX-License-Identifier: GPL-2.0-only */
/* A round has a VM of its own, and a process, which may end in any way. All follows from the seed. */
#ifndef FAULTLINE_ROUNDS_H
#define FAULTLINE_ROUNDS_H

#include "calls.h"

/* As many calls as that, by several threads, and a regular end. Returns when all is well. */
void random_round(uint64_t seed, uint64_t calls, struct tally *tally);

/*
 * Guests run while memslots, bitmaps and memory change under them, for some ms. Does not return: the
 * process ends amid that, with exit code 0 or by SIGKILL.
 */
void stress_round(uint64_t seed, uint64_t ms, struct tally *tally);

#endif
