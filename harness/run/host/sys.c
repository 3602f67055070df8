// SPDX-License-Identifier: GPL-2.0-only
#include "sys.h"

#include <ctype.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>

#include "../base/file.h"

const char *sys_root = "";

char *sys_read(const char *path)
{
	char *full = xasprintf("%s%s", sys_root, path), *text = file_read(full);

	free(full);
	return text;
}

struct strings sys_find(const char *pattern)
{
	char *full = xasprintf("%s%s", sys_root, pattern);
	struct strings paths = { 0 };
	glob_t found;

	if (!glob(full, 0, NULL, &found)) {
		for (size_t i = 0; i < found.gl_pathc; i++)
			strings_add(&paths, xstrdup(found.gl_pathv[i] + strlen(sys_root)));
		globfree(&found);
	}
	free(full);
	return paths;
}

static uint64_t parse(const char *text, uint64_t otherwise)
{
	if (!strncmp(text, "max", strlen("max")) || *text == '-')
		return UINT64_MAX;
	return isdigit((unsigned char)*text) ? strtoull(text, NULL, 10) : otherwise;
}

uint64_t sys_number(const char *path, const char *name, uint64_t otherwise)
{
	char *text = sys_read(path), *rest = text, *line;
	const size_t n = strlen(name);
	uint64_t number = otherwise;

	while ((line = strsep(&rest, "\n"))) {
		if (strncmp(line, name, n) || (n && !strchr(": \t", line[n])))
			continue;
		number = parse(line + n + strspn(line + n, ": \t"), otherwise);
		break;
	}
	free(text);
	return number;
}

uint64_t sys_number_in(const char *dir, const char *file, const char *name, uint64_t otherwise)
{
	char *path = xasprintf("%s/%s", dir, file);
	uint64_t number = sys_number(path, name, otherwise);

	free(path);
	return number;
}
