/* SPDX-License-Identifier: GPL-2.0-only */
/* What a program that measures says of how it was built: see harness/point/build_note.S. */
#ifndef FAULTLINE_BUILD_NOTE_H
#define FAULTLINE_BUILD_NOTE_H

#include <jansson.h>
#include <stdbool.h>

/*
 * The note in a program: an object with compiler, flags and a hash of the sources, or null where
 * there is none. New reference.
 */
json_t *build_note(const char *path);

/*
 * Whether an archive that is not compressed holds that 64-bit ELF program, or what is left of it
 * without symbols, debug information and notes: all that is loaded when it runs.
 */
bool archive_holds(const char *archive, const char *program);

#endif
