// SPDX-License-Identifier: GPL-2.0-only
#include "duration.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *name;
	double ns;
} units[] = { { "s", 1e9 }, { "ms", 1e6 }, { "us", 1e3 }, { "ns", 1 } };

#define UNITS (sizeof(units) / sizeof(units[0]))

int duration_parse(const char *text, uint64_t *ns)
{
	const double limit_ns = 60e9;
	char *end;
	double v;

	if (!strcmp(text, "0")) {
		*ns = 0;
		return 0;
	}
	/* strtod() takes more than a person would write: 0x10us, 1e3us, infinity. */
	if (text[0] < '0' || text[0] > '9' || text[strspn(text, "0123456789.mnus")])
		return -1;
	v = strtod(text, &end);
	for (size_t i = 0; i < UNITS; i++) {
		if (strcmp(end, units[i].name))
			continue;
		v *= units[i].ns;
		if (v > limit_ns || (v > 0 && v < 0.5))
			return -1;
		*ns = (uint64_t)(v + 0.5);
		return 0;
	}
	return -1;
}

const char *duration_format(uint64_t ns, char *buf, size_t size)
{
	size_t i = 0;

	if (!ns) {
		snprintf(buf, size, "0");
		return buf;
	}
	while (ns % (uint64_t)units[i].ns)
		i++;
	snprintf(buf, size, "%llu%s", (unsigned long long)(ns / (uint64_t)units[i].ns),
		 units[i].name);
	return buf;
}
