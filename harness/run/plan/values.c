// SPDX-License-Identifier: GPL-2.0-only
#include "values.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "../../keys.h"

/* "FIRST..LAST" or "FIRST..LAST*FACTOR"; rest: from LAST on, is changed. */
static int add_range(const char *first_text, char *rest, struct strings *values)
{
	uint64_t first, last, factor = 0;
	const char *last_text = strsep(&rest, "*");

	if (number_parse(first_text, 0, UINT32_MAX, &first) ||
	    number_parse(last_text, first, UINT32_MAX, &last) ||
	    (rest && number_parse(rest, 2, UINT32_MAX, &factor)))
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

/* Changes item. */
static int add_item(char *item, struct strings *values)
{
	char *dots = strstr(item, "..");

	if (dots) {
		*dots = '\0';
		return add_range(item, dots + 2, values);
	}
	if (!*item || values->n == VALUES_MAX)
		return -1;
	strings_add(values, xstrdup(item));
	return 0;
}

char *trimmed(char *s)
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
	char *copy = xstrdup(text), *rest = copy, *item;
	int failed = 0;

	*values = (struct strings){ 0 };
	while (!failed && (item = strsep(&rest, ","))) {
		char *shown = xstrdup(trimmed(item));

		failed = add_item(trimmed(item), values);
		if (failed)
			error("'%s' in '%s' is no value; lists look like 1,2,4 or 1..8 or "
			      "1..512*2 and hold at most %d values",
			      shown, text, VALUES_MAX);
		free(shown);
	}
	if (failed)
		strings_free(values);
	free(copy);
	return failed;
}
