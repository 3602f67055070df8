/* SPDX-License-Identifier: GPL-2.0-only */
/* What a program that measures says of how it was built: see harness/point/build_note.S. */
#ifndef FAULTLINE_BUILD_NOTE_H
#define FAULTLINE_BUILD_NOTE_H

#include <jansson.h>
#include <stdbool.h>

/*
 * The note in a program, or in an archive with it that is not compressed: an object with compiler
 * and flags, or null where there is none. New reference.
 */
json_t *build_note(const char *path);

/* Whether an archive that is not compressed holds that very file. */
bool archive_holds(const char *archive, const char *path);

#endif
