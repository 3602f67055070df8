// SPDX-License-Identifier: GPL-2.0-only
#include "util.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

void *must_have(void *memory)
{
	if (memory)
		return memory;
	complain("out of memory");
	exit(EXIT_USAGE);
}

void *xcalloc(size_t n, size_t size)
{
	return must_have(calloc(n, size));
}

void *xreallocarray(void *old, size_t n, size_t size)
{
	return must_have(reallocarray(old, n, size));
}

char *xstrdup(const char *s)
{
	return must_have(strdup(s));
}

char *xasprintf(const char *format, ...)
{
	va_list args;
	char *s;

	va_start(args, format);
	if (vasprintf(&s, format, args) < 0)
		s = NULL;
	va_end(args);
	return must_have(s);
}

FILE *text_open(struct text *text)
{
	text->out = must_have(open_memstream(&text->text, &text->size));
	return text->out;
}

char *text_close(struct text *text)
{
	if (fclose(text->out))
		must_have(NULL);
	return text->text;
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

char *last_line(const char *text)
{
	size_t end = strlen(text), start;

	while (end && strchr("\r\n", text[end - 1]))
		end--;
	for (start = end; start && text[start - 1] != '\n';)
		start--;
	return xasprintf("%.*s", (int)(end - start), text + start);
}

const char *time_text(char buf[32], int64_t unix_s)
{
	time_t t = unix_s;
	struct tm tm;

	gmtime_r(&t, &tm);
	strftime(buf, 32, "%Y-%m-%dT%H:%M:%SZ", &tm);
	return buf;
}

static double monotonic_s(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

void stopwatch_start(struct stopwatch *watch)
{
	*watch = (struct stopwatch){ .looked_s = monotonic_s() };
}

double stopwatch_s(struct stopwatch *watch)
{
	double now_s = monotonic_s(), passed_s = now_s - watch->looked_s;

	watch->looked_s = now_s;
	watch->counted_s += passed_s < 2 * LOOK_EVERY_S ? passed_s : LOOK_EVERY_S;
	return watch->counted_s;
}

uint64_t prng_next(uint64_t *state)
{
	uint64_t z = (*state += 0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}
