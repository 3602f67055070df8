/* SPDX-License-Identifier: GPL-2.0-only */
/* Work of QEMU's that many CPUs make expensive, done in cheaper ways with the same outcome. */
#ifndef FAULTLINE_MANYCORE_SHORTCUTS_H
#define FAULTLINE_MANYCORE_SHORTCUTS_H

/* Replaces what is slow. Before main(). */
void shortcuts_install(void);

/* For each CPU once, before any of them runs. */
void shortcuts_add_cpu(void *cpu);

/* In the vCPU thread: the CPU may execute from now on, until another one does. */
void shortcuts_cpu_runs(void *cpu);

#endif
