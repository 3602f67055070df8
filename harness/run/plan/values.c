// SPDX-License-Identifier: GPL-2.0-only
#include "values.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "../../keys.h"

static int add_range(const char *item, const char *dots, struct strings *values)
{
	uint64_t first, last, factor = 0;
	char text[64];
	char *star;

	if (strlen(item) >= sizeof(text))
		return -1;
	strcpy(text, item);
	text[dots - item] = '\0';
	star = strchr(text + (dots - item) + 2, '*');
	if (star) {
		*star = '\0';
		if (number_parse(star + 1, 2, UINT32_MAX, &factor))
			return -1;
	}
	if (number_parse(text, 0, UINT32_MAX, &first) ||
	    number_parse(text + (dots - item) + 2, first, UINT32_MAX, &last))
		return -1;
	if (factor && !first) /* 0 times anything does not count up */
		return -1;
	for (uint64_t v = first; v <= last; v = factor ? v * factor : v + 1) {
		if (values->n == VALUES_MAX)
			return -1;
		strings_add(values, xasprintf("%llu", (unsigned long long)v));
	}
	return 0;
}

static int add_item(const char *item, struct strings *values)
{
	const char *dots = strstr(item, "..");

	if (dots)
		return add_range(item, dots, values);
	if (!*item || values->n == VALUES_MAX)
		return -1;
	strings_add(values, xstrdup(item));
	return 0;
}

/* Cuts spaces off both ends, in place. */
static char *trimmed(char *s)
{
	size_t n;

	while (isspace((unsigned char)*s))
		s++;
	n = strlen(s);
	while (n && isspace((unsigned char)s[n - 1]))
		s[--n] = '\0';
	return s;
}

int values_expand(const char *text, struct strings *values)
{
	char *copy = xstrdup(text);
	char *rest = copy, *item;

	*values = (struct strings){ 0 };
	while ((item = strsep(&rest, ","))) {
		item = trimmed(item);
		if (!add_item(item, values))
			continue;
		error("'%s' in '%s' is no value; lists look like 1,2,4 or 1..8 or 1..512*2 "
		      "and hold at most %d values",
		      item, text, VALUES_MAX);
		strings_free(values);
		free(copy);
		return -1;
	}
	free(copy);
	return 0;
}
