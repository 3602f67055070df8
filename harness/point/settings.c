// SPDX-License-Identifier: GPL-2.0-only
#include "settings.h"

#include <stdbool.h>
#include <string.h>

#include "quote.h"

static const struct {
	const char *name, *path;
} settings[] = {
	{ "thp", "/sys/kernel/mm/transparent_hugepage/enabled" },
	{ "thp_shmem", "/sys/kernel/mm/transparent_hugepage/shmem_enabled" },
	{ "mglru", "/sys/kernel/mm/lru_gen/enabled" },
	{ "hugepages", "/proc/sys/vm/nr_hugepages" },
};

#define SETTINGS (sizeof(settings) / sizeof(settings[0]))

/* The first line of a file, without its end. */
static bool read_line(const char *path, char *line, int size)
{
	FILE *in = fopen(path, "re");
	bool is_read = in && fgets(line, size, in);

	if (in)
		fclose(in);
	if (is_read)
		line[strcspn(line, "\n")] = '\0';
	return is_read;
}

void settings_write(FILE *out)
{
	char line[256];

	fputs(",\"settings\":", out);
	for (size_t i = 0; i < SETTINGS; i++) {
		fprintf(out, "%c\"%s\":", i ? ',' : '{', settings[i].name);
		if (read_line(settings[i].path, line, sizeof(line)))
			quote_json(out, line);
		else
			fputs("null", out);
	}
	fputc('}', out);
}
