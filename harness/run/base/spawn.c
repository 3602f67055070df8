// SPDX-License-Identifier: GPL-2.0-only
#include "spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "file.h"
#include "json.h"
#include "util.h"

/* In the child. Returns only when the program cannot be started. */
static void become(char *const *argv, int out, int err)
{
	int in = open("/dev/null", O_RDONLY);
	sigset_t none;

	if (in < 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0)
		return;
	close_range(3, ~0u, 0);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGXFSZ, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execvp(argv[0], argv);
	dprintf(2, "cannot start %s: %s\n", argv[0], strerror(errno));
}

pid_t spawn(char *const *argv, int out, int err)
{
	pid_t parent = getpid(), pid;

	/* Who started faultline may have it ignored: children that end leave no exit code then. */
	signal(SIGCHLD, SIG_DFL);
	pid = fork();
	if (pid > 0)
		setpgid(pid, pid); /* both sides do, so that it holds for both from here on */
	if (pid)
		return pid;
	setpgid(0, 0);
	/* No VM is left behind, however faultline ends. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() == parent)
		become(argv, out, err);
	_exit(SPAWN_NOT_STARTED);
}

char *program_path(const char *name)
{
	char *dirs = strchr(name, '/') || !getenv("PATH") ? NULL : xstrdup(getenv("PATH"));
	char *rest = dirs, *dir, *path = NULL;

	while (!path && (dir = strsep(&rest, ":"))) {
		struct stat st;

		path = xasprintf("%s/%s", *dir ? dir : ".", name);
		if (!stat(path, &st) && S_ISREG(st.st_mode) && !access(path, X_OK))
			break;
		free(path);
		path = NULL;
	}
	free(dirs);
	return path ? path : xstrdup(name);
}

int spawn_wait(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

char *command_line_of(char *const *argv)
{
	char *text = NULL;
	int ends[2], null;
	FILE *f;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC))
		return NULL;
	null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	pid = null < 0 ? -1 : spawn(argv, ends[1], null);
	close(null);
	close(ends[1]);
	f = fdopen(ends[0], "re");
	if (f) {
		text = stream_read(f);
		text[strcspn(text, "\n")] = '\0';
		fclose(f);
	}
	if (pid > 0 && !spawn_wait(pid))
		return text;
	free(text);
	return NULL;
}

/* Other bytes as numbers, so that the whole is text that can be kept and copied. */
static void quote_bytes(FILE *out, const char *word)
{
	fputs("$'", out);
	while (*word) {
		size_t n = utf8_bytes(word);

		if (n)
			fprintf(out, strchr("'\\", *word) ? "\\%.*s" : "%.*s", (int)n, word);
		else
			fprintf(out, "\\x%02x", (unsigned char)*word);
		word += n ? n : 1;
	}
	fputc('\'', out);
}

static void quote_word(FILE *out, const char *word)
{
	const char *plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
			    "%+,-./:=@_^";

	if (*word && !word[strspn(word, plain)]) {
		fputs(word, out);
		return;
	}
	if (!is_utf8(word)) {
		quote_bytes(out, word);
		return;
	}
	fputc('\'', out);
	for (; *word; word++)
		fprintf(out, *word == '\'' ? "'\\%c'" : "%c", *word);
	fputc('\'', out);
}

char *shell_quote(char *const *words)
{
	struct text text;
	FILE *out = text_open(&text);

	for (size_t i = 0; words[i]; i++) {
		if (i)
			fputc(' ', out);
		quote_word(out, words[i]);
	}
	return text_close(&text);
}
