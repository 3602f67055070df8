// SPDX-License-Identifier: GPL-2.0-only
#include "file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
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
	int error;

	if (!f)
		return NULL;
	text = stream_read(f);
	error = ferror(f) ? EIO : 0;
	fclose(f);
	if (error) {
		free(text);
		errno = error;
		return NULL;
	}
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

char *sysfs_read(const char *format, ...)
{
	char path[512];
	va_list args;

	va_start(args, format);
	vsnprintf(path, sizeof(path), format, args);
	va_end(args);
	return file_read(path);
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

char *scratch_make(void)
{
	const char *tmp = getenv("TMPDIR");
	char *dir = xasprintf("%s/faultline-XXXXXX", tmp && *tmp ? tmp : "/tmp");

	if (mkdtemp(dir))
		return dir;
	error("cannot make a folder in %s: %s; choose another with TMPDIR",
	      tmp && *tmp ? tmp : "/tmp", strerror(errno));
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
	bool good = fd >= 0 && !write_all(fd, text, strlen(text)) && !fsync(fd);

	if (fd >= 0 && close(fd))
		good = false;
	if (good)
		good = !rename(temporary, path);
	if (!good) {
		error("cannot write %s: %s", path, strerror(errno));
		unlink(temporary);
	}
	free(temporary);
	free(path);
	return good ? 0 : -1;
}

int folders_make(const char *path)
{
	char *copy = xstrdup(path);
	int failed = 0;

	for (char *slash = copy + 1; !failed && (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		failed = mkdir(copy, 0777) && errno != EEXIST;
		*slash = '/';
	}
	failed = failed || (mkdir(copy, 0777) && errno != EEXIST);
	free(copy);
	return failed ? -1 : 0;
}
