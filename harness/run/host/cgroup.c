// SPDX-License-Identifier: GPL-2.0-only
#include "cgroup.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sys.h"

/* Whether a list with commas has the word. */
static bool list_has(const char *list, const char *word)
{
	const size_t n = strlen(word);

	for (; list; list = strchr(list, ',')) {
		list += *list == ',';
		if (!strncmp(list, word, n) && (!list[n] || list[n] == ','))
			return true;
	}
	return false;
}

/* Blanks and the like stand as \040 in mountinfo. */
static void unescape(char *text)
{
	char *to = text;

	for (; *text; to++) {
		if (*text == '\\' && strlen(text) > 3) {
			char octal[] = { text[1], text[2], text[3], '\0' };

			*to = (char)strtol(octal, NULL, 8);
			text += 4;
		} else {
			*to = *text++;
		}
	}
	*to = '\0';
}

/*
 * The process's path in the hierarchy of the controller, or NULL. A controller that version 1
 * has is not in version 2, the hierarchy without a name.
 */
static char *own_path(const char *controller, bool *is_v2)
{
	char *text = sys_read("/proc/self/cgroup"), *rest = text, *line, *path = NULL;

	while ((line = strsep(&rest, "\n"))) {
		const char *number = strsep(&line, ":"), *controllers = strsep(&line, ":");
		bool unified = controllers && !strcmp(number, "0") && !*controllers;

		if (!line || (unified ? path != NULL : !list_has(controllers, controller)))
			continue;
		free(path);
		path = xstrdup(line);
		*is_v2 = unified;
		if (!unified)
			break;
	}
	free(text);
	return path;
}

/* What a line of mountinfo says; all NULL where it is of something else. */
struct mount {
	const char *root, *point;
};

static struct mount parse_mount(char *line, const char *controller, bool is_v2)
{
	enum { ROOT = 3, POINT, FIXED = 6 };
	char *fields[FIXED], *field, *type;

	for (int i = 0; i < FIXED; i++)
		if (!(fields[i] = strsep(&line, " ")))
			return (struct mount){ 0 };
	while ((field = strsep(&line, " ")) && strcmp(field, "-"))
		;
	type = strsep(&line, " ");
	strsep(&line, " "); /* the source */
	if (!type || !line || strcmp(type, is_v2 ? "cgroup2" : "cgroup") ||
	    (!is_v2 && !list_has(line, controller)))
		return (struct mount){ 0 };
	unescape(fields[ROOT]);
	unescape(fields[POINT]);
	return (struct mount){ fields[ROOT], fields[POINT] };
}

/*
 * The group's folder, or NULL when the mount does not show it: one of a container begins at the
 * container's group, and what is outside of a cgroup namespace has /.. in its path.
 */
static char *folder_of(const struct mount *mount, const char *path)
{
	size_t n = strcmp(mount->root, "/") ? strlen(mount->root) : 0;
	char *dir, *full;
	bool is_there;

	if (strstr(path, "/..") || strncmp(path, mount->root, n) || (path[n] && path[n] != '/'))
		return NULL;
	dir = xasprintf("%s%s", mount->point, strcmp(path + n, "/") ? path + n : "");
	full = xasprintf("%s%s", sys_root, dir);
	is_there = !access(full, F_OK);
	free(full);
	if (is_there)
		return dir;
	free(dir);
	return NULL;
}

static void add_upwards(struct cgroups *groups, char *dir, size_t top)
{
	for (;;) {
		strings_add(&groups->dirs, xstrdup(dir));
		if (strlen(dir) <= top)
			break;
		*strrchr(dir, '/') = '\0';
	}
	free(dir);
}

void cgroups_find(struct cgroups *groups, const char *controller)
{
	char *path, *text, *rest, *line, *outermost = NULL;

	*groups = (struct cgroups){ 0 };
	path = own_path(controller, &groups->is_v2);
	text = rest = path ? sys_read("/proc/self/mountinfo") : NULL;
	while (!groups->dirs.n && (line = strsep(&rest, "\n"))) {
		struct mount mount = parse_mount(line, controller, groups->is_v2);
		char *dir = mount.point ? folder_of(&mount, path) : NULL;

		if (dir)
			add_upwards(groups, dir, strlen(mount.point));
		else if (mount.point && !outermost)
			outermost = xstrdup(mount.point);
	}
	/* A mount that does not show the own group shows one around it, or a container's. */
	if (!groups->dirs.n && outermost)
		strings_add(&groups->dirs, xstrdup(outermost));
	free(outermost);
	free(text);
	free(path);
}

void cgroups_free(struct cgroups *groups)
{
	strings_free(&groups->dirs);
}
