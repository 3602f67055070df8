// SPDX-License-Identifier: GPL-2.0-only
#include "kernel_state.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "quote.h"

/* The whole of it, or NULL. Files of /proc have no length to ask for. */
static char *read_whole(const char *path)
{
	FILE *in = fopen(path, "re");
	char *text = NULL;
	size_t size = 0;

	if (in && getdelim(&text, &size, '\0', in) < 0) {
		free(text);
		text = NULL;
	}
	if (in)
		fclose(in);
	return text;
}

void kernel_state_read(struct kernel_state *state)
{
	state->zoneinfo = read_whole("/proc/zoneinfo");
	state->interrupts = read_whole("/proc/interrupts");
	state->softirqs = read_whole("/proc/softirqs");
}

void kernel_state_free(struct kernel_state *state)
{
	free(state->zoneinfo);
	free(state->interrupts);
	free(state->softirqs);
}

static const char *next_line(const char *line)
{
	line += strcspn(line, "\n");
	return *line ? line + 1 : line;
}

struct range {
	uint64_t least, most;
};

static void range_add(struct range *range, uint64_t value)
{
	range->least = value < range->least ? value : range->least;
	range->most = value > range->most ? value : range->most;
}

/* Of a zone, as /proc/zoneinfo has it. */
struct zone {
	unsigned int node;
	char name[16];
	uint64_t managed_pages, free_pages;
	struct range list_pages; /* in a CPU's own list of free pages, over CPUs */
	struct range list_high_pages; /* more of them go back to the zone */
};

/* Reads the zone that begins in this line. Returns the line after it, or NULL where none begins. */
static const char *zone_parse(const char *line, struct zone *zone)
{
	unsigned long long value;

	*zone = (struct zone){
		.list_pages.least = UINT64_MAX,
		.list_high_pages.least = UINT64_MAX,
	};
	if (sscanf(line, "Node %u, zone %15s", &zone->node, zone->name) != 2)
		return NULL;
	for (line = next_line(line); *line && *line != 'N'; line = next_line(line)) {
		if (sscanf(line, " pages free %llu", &value) == 1)
			zone->free_pages = value;
		else if (sscanf(line, " managed %llu", &value) == 1)
			zone->managed_pages = value;
		else if (sscanf(line, " count: %llu", &value) == 1)
			range_add(&zone->list_pages, value);
		else if (sscanf(line, " high: %llu", &value) == 1)
			range_add(&zone->list_high_pages, value);
	}
	return line;
}

static bool zone_find(const char *text, const struct zone *like, struct zone *zone)
{
	while (text && (text = zone_parse(text, zone)))
		if (zone->node == like->node && !strcmp(zone->name, like->name))
			return true;
	return false;
}

static void write_zone_pages(FILE *out, const char *name, const struct zone *zone)
{
	fprintf(out,
		",\"%s\":{\"free_pages\":%llu,\"list_pages\":[%llu,%llu],\"list_high_pages\":[%llu,%llu]}",
		name, (unsigned long long)zone->free_pages,
		(unsigned long long)zone->list_pages.least,
		(unsigned long long)zone->list_pages.most,
		(unsigned long long)zone->list_high_pages.least,
		(unsigned long long)zone->list_high_pages.most);
}

/* Zones without pages have no lists either. */
static void write_zones(FILE *out, const char *before, const char *after)
{
	const char *separator = "";
	struct zone zone, later;

	while (before && (before = zone_parse(before, &zone))) {
		if (!zone.managed_pages || !zone_find(after, &zone, &later))
			continue;
		fprintf(out, "%s{\"node\":%u,\"zone\":", separator, zone.node);
		quote_json(out, zone.name);
		fprintf(out, ",\"managed_pages\":%llu", (unsigned long long)zone.managed_pages);
		write_zone_pages(out, "before", &zone);
		write_zone_pages(out, "after", &later);
		fputc('}', out);
		separator = ",";
	}
}

/* The line of a table of counts with that label, or "". */
static const char *find_row(const char *text, const char *label, size_t length)
{
	for (; text && *text; text = next_line(text)) {
		const char *start = text + strspn(text, " ");

		if (!strncmp(start, label, length) && start[length] == ':')
			return start + length + 1;
	}
	return "";
}

/* CPUs that are offline have no column. */
static unsigned int cpu_of_column(const char *heading, unsigned int column)
{
	unsigned int cpu = 0;

	for (unsigned int i = 0; i <= column && (heading = strstr(heading, "CPU")); i++)
		cpu = strtoul(heading += strlen("CPU"), NULL, 10);
	return cpu;
}

/* A count of the row, which is left behind it. Returns false behind the last one. */
static bool next_count(const char **row, uint64_t *count)
{
	char *end;

	*row += strspn(*row, " ");
	*count = strtoull(*row, &end, 10);
	if (end == *row || !strchr(" \n", *end))
		return false;
	*row = end;
	return true;
}

/* The label, and where that is a number, what the kernel says of it behind the counts. */
static void write_name(FILE *out, const char *label, size_t length, const char *rest)
{
	char name[128];
	int words;

	rest += strspn(rest, " ");
	words = strspn(label, "0123456789") == length ? (int)strcspn(rest, "\n") : 0;
	snprintf(name, sizeof(name), "%.*s%s%.*s", (int)length, label, words ? " " : "", words,
		 rest);
	quote_json(out, name);
}

/* What became more meanwhile, of a table with a row a kind and a column a CPU under a heading. */
static void write_counts(FILE *out, const char *before, const char *after)
{
	const char *separator = "";

	for (const char *line = after ? next_line(after) : ""; *line; line = next_line(line)) {
		const char *label = line + strspn(line, " ");
		size_t length = strcspn(label, ":\n");
		const char *row = label + length + (label[length] == ':');
		const char *earlier = find_row(before, label, length);
		uint64_t count, was, total = 0, most = 0;
		unsigned int column = 0, most_column = 0;

		for (; next_count(&row, &count); column++) {
			if (!next_count(&earlier, &was))
				was = 0;
			total += count - was;
			if (count - was > most) {
				most = count - was;
				most_column = column;
			}
		}
		if (!total)
			continue;
		fputs(separator, out);
		write_name(out, label, length, row);
		fprintf(out, ":{\"total\":%llu,\"most\":%llu,\"most_cpu\":%u}",
			(unsigned long long)total, (unsigned long long)most,
			cpu_of_column(after, most_column));
		separator = ",";
	}
}

void kernel_state_write(FILE *out, const struct kernel_state *before,
			const struct kernel_state *after)
{
	fputs(",\"kernel_state\":{\"zones\":[", out);
	write_zones(out, before->zoneinfo, after->zoneinfo);
	fputs("],\"interrupts\":{", out);
	write_counts(out, before->interrupts, after->interrupts);
	fputs("},\"softirqs\":{", out);
	write_counts(out, before->softirqs, after->softirqs);
	fputs("}}", out);
}
