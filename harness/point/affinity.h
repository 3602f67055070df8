/* SPDX-License-Identifier: GPL-2.0-only */
/* Pinning threads to the CPUs that a point names. */
#ifndef FAULTLINE_AFFINITY_H
#define FAULTLINE_AFFINITY_H

/*
 * Pins the calling thread to entry index, modulo the length, of a CPU list such
 * as "0,2-5". Does nothing for an empty list; fail()s for a CPU that cannot be
 * had or a list that cannot be read.
 */
void affinity_set(const char *cpu_list, unsigned int index);

#endif
