/* SPDX-License-Identifier: GPL-2.0-only */
/* A machine for tests, made up of files in a folder that stands for /. */
#ifndef FAULTLINE_MADE_UP_MACHINE_H
#define FAULTLINE_MADE_UP_MACHINE_H

#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "../../harness/run/base/file.h"
#include "../../harness/run/base/spawn.h"
#include "../../harness/run/base/util.h"
#include "../../harness/run/host/sys.h"

static char *root;

/* Makes a file with that text, or without one a folder. */
static inline void put(const char *path, const char *text)
{
	char *full = xasprintf("%s%s", root, path), *slash = strrchr(full, '/');

	if (text)
		*slash = '\0';
	assert_int_equal(folders_make(full), 0);
	if (text)
		assert_int_equal(file_replace(full, slash + 1, text), 0);
	free(full);
}

/* Set up and taken down for each test. */
static inline int make_root(void **state)
{
	(void)state;
	root = scratch_make();
	sys_root = root;
	return 0;
}

static inline int remove_root(void **state)
{
	char *argv[] = { "rm", "-r", root, NULL };

	(void)state;
	spawn_wait(spawn(argv, 1, 2));
	free(root);
	sys_root = "";
	return 0;
}

#endif
