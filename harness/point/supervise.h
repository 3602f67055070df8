/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Runs a measurement or test in a child process, whose death is reported like
 * any other result; and, as PID 1 of the VM, is all of its userland.
 */
#ifndef FAULTLINE_SUPERVISE_H
#define FAULTLINE_SUPERVISE_H

#include <stdbool.h>
#include <stdio.h>

/* Whether this process is PID 1, and so must set up the VM and turn it off. */
bool supervise_is_init(void);

/*
 * Mounts what user space expects, and brings up CPUs that are still down. Returns where
 * results go, NULL if that cannot be opened.
 */
FILE *supervise_init(void);

/* Flushes results and turns the VM off. Does not return. */
_Noreturn void supervise_power_off(FILE *results);

/*
 * Runs child(arg, out) in a process of its own; what it writes to out comes back
 * in *output (to be freed). Returns its wait status.
 */
int supervise_run(void (*child)(void *arg, FILE *out), void *arg, char **output);

#endif
