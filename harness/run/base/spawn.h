/* SPDX-License-Identifier: GPL-2.0-only */
/* The one way in which other programs are started. */
#ifndef FAULTLINE_SPAWN_H
#define FAULTLINE_SPAWN_H

#include <sys/types.h>

#define SPAWN_NOT_STARTED 127 /* exit code of a program that cannot be run, as in shells */

/*
 * Starts a program found through PATH, without input, with these descriptors as output and
 * error output. It has a process group of its own, so that Ctrl-C reaches faultline alone, and
 * does not outlive faultline. A program that cannot be run says so on its error output and ends
 * with SPAWN_NOT_STARTED. Returns the process's id, or -1 with errno set.
 */
pid_t spawn(char *const *argv, int out, int err);

/*
 * Where such a program is now, so that the same one is started later whatever comes into the
 * folders of PATH; or the name as it is, if it has a slash or is not found. Caller frees.
 */
char *program_path(const char *name);

/* Waits for its end. Returns its exit code, or 128 and the number of the signal that ended it. */
int spawn_wait(pid_t pid);

/*
 * Runs a program and returns the first line of what it prints, or NULL when it cannot be run
 * or fails. What it says on its error output is dropped.
 */
char *command_line_of(char *const *argv);

/* Words quoted for a shell where they need it, joined by spaces. Caller frees. */
char *shell_quote(char *const *words);

#endif
