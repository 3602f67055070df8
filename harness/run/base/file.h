/* SPDX-License-Identifier: GPL-2.0-only */
/* Whole files and folders. */
#ifndef FAULTLINE_FILE_H
#define FAULTLINE_FILE_H

#include <stddef.h>
#include <stdio.h>

#include "util.h"

/* The whole file as a string, or NULL with errno set; file_read() takes final newlines off. */
char *file_read_exact(const char *path);
char *file_read(const char *path);

/* The same for what is read to its end. */
char *stream_read(FILE *f);

/* Writes n bytes, however many calls it takes. Returns 0, or -1 with errno set. */
int write_all(int fd, const char *text, size_t n);

/* Gives a file of a folder new content, whole or not at all. Returns 0, or -1 after error(). */
int file_replace(const char *dir, const char *name, const char *text);

/* The same with what was written to the text, which it ends and frees. */
int text_store(struct text *text, const char *dir, const char *name);

/* mkdir -p. Returns 0, or -1 with errno set. */
int folders_make(const char *path);

/*
 * A folder that was not there, of this name or, where that is taken, with "-2", "-3", ... added.
 * Returns its name, which the caller frees, or NULL with errno set.
 */
char *folder_make_new(const char *path);

/*
 * Waits until no other process that asks is at work in the folder. Returns a descriptor that is
 * closed when the work is done, or -1 where folders cannot be locked.
 */
int folder_lock(const char *path);

/* Removes a folder and the files in it; folders in it stay, and so does it then. */
void folder_remove(const char *path);

/* Where files are that are not to stay; a new folder for some, or NULL after error(); its end. */
const char *scratch_place(void);
char *scratch_make(void);
void scratch_remove(char *owned);

#endif
