// SPDX-License-Identifier: GPL-2.0-only
#include "lines.h"

#include <ctype.h>
#include <string.h>

#include "../base/json.h"
#include "../base/util.h"

#define BYTE_ORDER_MARK "\xef\xbb\xbf"

bool is_blank(char c)
{
	return isspace((unsigned char)c);
}

void lines_begin(struct lines *lines, char *text)
{
	const size_t n = strlen(BYTE_ORDER_MARK);

	*lines = (struct lines){ .tail = "", .next = text };
	if (!strncmp(text, BYTE_ORDER_MARK, n))
		lines->next += n;
}

/* Cuts off a comment, and blanks around what is left. */
static char *strip(char *line)
{
	size_t n = 0;

	while (is_blank(*line))
		line++;
	while (line[n] && !((!n || is_blank(line[n - 1])) && strchr(";#", line[n])))
		n++;
	while (n && is_blank(line[n - 1]))
		n--;
	line[n] = '\0';
	return line;
}

char *lines_next(struct lines *lines, char *buf, int size)
{
	char *line = lines->next, *end = line + strcspn(line, "\r\n");
	size_t n;

	if (!*line)
		return NULL;
	lines->number++;
	lines->next = end + (*end != '\0') + (end[0] == '\r' && end[1] == '\n');
	*end = '\0';
	lines->is_utf8 = is_utf8(line);
	line = strip(line);
	n = strlen(line);
	if (n > (size_t)size - 2) /* libinih looks whether there is room left */
		n = (size_t)size - 2;
	/* Blanks at the end of its part libinih would drop. */
	while (n && line[n] && is_blank(line[n - 1]))
		n--;
	memcpy(buf, line, n);
	buf[n] = '\0';
	lines->tail = line + n;
	return buf;
}
