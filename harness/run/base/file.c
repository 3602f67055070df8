// SPDX-License-Identifier: GPL-2.0-only
#include "file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util.h"

char *stream_read(FILE *f)
{
	size_t size = 0, room = 4096;
	char *text = xcalloc(1, room + 1);

	for (;;) {
		size_t got = fread(text + size, 1, room - size, f);

		size += got;
		if (size < room)
			break;
		room *= 2;
		text = xreallocarray(text, 1, room + 1);
	}
	text[size] = '\0';
	return text;
}

char *file_read_exact(const char *path)
{
	FILE *f = fopen(path, "re");
	char *text;

	if (!f)
		return NULL;
	text = stream_read(f);
	if (ferror(f)) { /* folders can be opened, too */
		free(text);
		text = NULL;
	}
	fclose(f);
	return text;
}

char *file_read(const char *path)
{
	char *text = file_read_exact(path);
	size_t n = text ? strlen(text) : 0;

	while (n && text[n - 1] == '\n')
		text[--n] = '\0';
	return text;
}

char *folder_make_new(const char *path)
{
	char *parent = xstrdup(path), *slash = strrchr(parent, '/');
	char *name = xstrdup(path);
	int failed;

	if (slash)
		*slash = '\0';
	failed = slash && slash != parent && folders_make(parent);
	free(parent);
	for (unsigned int n = 2; !failed && (failed = mkdir(name, 0777)) && errno == EEXIST; n++) {
		free(name);
		name = xasprintf("%s-%u", path, n);
		failed = 0;
	}
	if (!failed)
		return name;
	free(name);
	return NULL;
}

int folder_lock(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 || !flock(fd, LOCK_EX))
		return fd;
	close(fd);
	return -1;
}

void folder_remove(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		unlinkat(dirfd(dir), entry->d_name, 0); /* fails for folders: . and .., at least */
	if (dir)
		closedir(dir);
	rmdir(path);
}

const char *scratch_place(void)
{
	const char *tmp = getenv("TMPDIR");

	return tmp && *tmp ? tmp : "/tmp";
}

char *scratch_make(void)
{
	const char *tmp = scratch_place();
	char *dir;

	dir = xasprintf("%s/faultline-XXXXXX", tmp);
	if (mkdtemp(dir))
		return dir;
	error("cannot make a folder in %s: %s; choose another with TMPDIR", tmp, strerror(errno));
	free(dir);
	return NULL;
}

void scratch_remove(char *owned)
{
	folder_remove(owned);
	free(owned);
}

int write_all(int fd, const char *text, size_t n)
{
	while (n) {
		ssize_t wrote = write(fd, text, n);

		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote < 0)
			return -1;
		text += wrote;
		n -= wrote;
	}
	return 0;
}

int file_replace(const char *dir, const char *name, const char *text)
{
	char *path = xasprintf("%s/%s", dir, name);
	char *temporary = xasprintf("%s.tmp", path);
	int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	int failed = fd < 0 || write_all(fd, text, strlen(text)) || fsync(fd);

	if (fd >= 0)
		failed |= close(fd);
	if (failed || rename(temporary, path)) {
		failed = error("cannot write %s: %s", path, strerror(errno));
		unlink(temporary);
	}
	free(temporary);
	free(path);
	return failed;
}

int text_store(struct text *text, const char *dir, const char *name)
{
	char *whole = text_close(text);
	int failed = file_replace(dir, name, whole);

	free(whole);
	return failed;
}

int folders_make(const char *path)
{
	size_t n = 0;
	int failed;

	do {
		char *part;

		n += strspn(path + n, "/");
		n += strcspn(path + n, "/");
		part = xasprintf("%.*s", (int)n, path);
		failed = mkdir(part, 0777) && errno != EEXIST;
		free(part);
	} while (!failed && path[n]);
	return failed ? -1 : 0;
}
