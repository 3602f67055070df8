/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kernel says in small files, those of /proc and of control groups. */
#ifndef FAULTLINE_SYS_H
#define FAULTLINE_SYS_H

#include <stdint.h>

#include "../base/util.h"

/* Where all such paths begin: "", but in tests. */
extern const char *sys_root;

/* The file's text, or NULL. Caller frees. */
char *sys_read(const char *path);

/* Paths of the files whose names match, as glob() sorts them. The caller frees. */
struct strings sys_find(const char *pattern);

/*
 * The number behind that name, which begins a line, or "" for the one that a file begins with.
 * "max" and what is negative are UINT64_MAX: no limit. otherwise: when there is none.
 */
uint64_t sys_number(const char *path, const char *name, uint64_t otherwise);

/* The same of a file in a folder. */
uint64_t sys_number_in(const char *dir, const char *file, const char *name, uint64_t otherwise);

#endif
