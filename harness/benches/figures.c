// SPDX-License-Identifier: GPL-2.0-only
#include "figures.h"

#include "../time_units.h"

void write_named(FILE *out, const char *member, const struct named_count *counts, size_t n)
{
	fprintf(out, ",\"%s\":", member);
	for (size_t i = 0; i < n; i++) {
		fprintf(out, "%c\"%s\":", i ? ',' : '{', counts[i].name);
		if (counts[i].count == COUNT_UNKNOWN)
			fputs("null", out);
		else
			fprintf(out, "%lld", (long long)counts[i].count);
	}
	fputc('}', out);
}

double write_named_ticks(FILE *out, const struct measurement *m, const char *member,
			 const struct named_ticks *ticks, size_t n)
{
	fprintf(out, ",\"%s\":", member);
	for (size_t i = 0; i < n; i++)
		fprintf(out, "%c\"%s\":%llu", i ? ',' : '{', ticks[i].name,
			(unsigned long long)ns_of_ticks(ticks[i].ticks, m->ticks_hz));
	fputc('}', out);
	return (double)ns_of_ticks(ticks[0].ticks, m->ticks_hz);
}
