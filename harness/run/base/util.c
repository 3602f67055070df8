// SPDX-License-Identifier: GPL-2.0-only
#include "util.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static void out_of_memory(void)
{
	complain("out of memory");
	exit(EXIT_USAGE);
}

void *xcalloc(size_t n, size_t size)
{
	void *p = calloc(n, size);

	if (!p)
		out_of_memory();
	return p;
}

void *xreallocarray(void *old, size_t n, size_t size)
{
	void *p = reallocarray(old, n, size);

	if (!p)
		out_of_memory();
	return p;
}

char *xstrdup(const char *s)
{
	char *copy = strdup(s);

	if (!copy)
		out_of_memory();
	return copy;
}

FILE *xmemstream(char **text, size_t *size)
{
	FILE *stream = open_memstream(text, size);

	if (!stream)
		out_of_memory();
	return stream;
}

char *xasprintf(const char *format, ...)
{
	va_list args;
	char *s;

	va_start(args, format);
	if (vasprintf(&s, format, args) < 0)
		out_of_memory();
	va_end(args);
	return s;
}

void complain(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs("faultline: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
}

void complain_error(void)
{
	complain("%s", error_text());
}

void strings_add(struct strings *s, char *owned)
{
	s->v = xreallocarray(s->v, s->n + 2, sizeof(*s->v));
	s->v[s->n++] = owned;
	s->v[s->n] = NULL;
}

void strings_free(struct strings *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->v[i]);
	free(s->v);
	*s = (struct strings){ 0 };
}

static char *read_all(FILE *f)
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
	text = read_all(f);
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

static void quote_word(FILE *out, const char *word)
{
	const char *plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
			    "%+,-./:=@_^";

	if (*word && !word[strspn(word, plain)]) {
		fputs(word, out);
		return;
	}
	fputc('\'', out);
	for (; *word; word++) {
		if (*word == '\'')
			fputs("'\\''", out);
		else
			fputc(*word, out);
	}
	fputc('\'', out);
}

char *shell_quote(char *const *words)
{
	char *text;
	size_t size;
	FILE *out = xmemstream(&text, &size);

	for (size_t i = 0; words[i]; i++) {
		if (i)
			fputc(' ', out);
		quote_word(out, words[i]);
	}
	fclose(out);
	return text;
}

char *command_line_of(char *const *argv)
{
	posix_spawn_file_actions_t actions;
	int fds[2], status, failed;
	char *text;
	FILE *f;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC))
		return NULL;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, fds[1], 1);
	posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
	failed = posix_spawnp(&pid, argv[0], &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	close(fds[1]);
	if (failed) {
		close(fds[0]);
		return NULL;
	}
	f = fdopen(fds[0], "re");
	if (!f)
		out_of_memory();
	text = read_all(f);
	fclose(f);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (!WIFEXITED(status) || WEXITSTATUS(status)) {
		free(text);
		return NULL;
	}
	text[strcspn(text, "\n")] = '\0';
	return text;
}

const char *time_text(char buf[32], int64_t unix_s)
{
	time_t t = unix_s;
	struct tm tm;

	gmtime_r(&t, &tm);
	strftime(buf, 32, "%Y-%m-%dT%H:%M:%SZ", &tm);
	return buf;
}

double monotonic_s(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

uint64_t prng_next(uint64_t *state)
{
	uint64_t z = (*state += 0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
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
