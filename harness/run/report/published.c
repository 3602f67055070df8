// SPDX-License-Identifier: GPL-2.0-only
#include "published.h"
#include "../base/file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const unsigned int published_coherence_ns[PUBLISHED_ENDS] = { 0, 70 };

static const char exit_table[] = "exit-on-missing-v7", userfault_table[] = "userfault-v1";

static void add_row(struct published_tables *tables, struct published row)
{
	tables->rows = xreallocarray(tables->rows, tables->count + 1, sizeof(*tables->rows));
	tables->rows[tables->count++] = row;
}

/* vcpus, thousand pages/s with uffd, the same with exits; one userfaultfd, a reader per vCPU. */
static int read_exit_line(struct published_tables *tables, const char *line)
{
	struct published row = {
		.table = exit_table, .arch = ARCH_X86_64, .backing = "shmem", .uffds = 1
	};
	double uffd, exits;
	int end = 0;

	if (sscanf(line, "%u,%lf,%lf%n", &row.vcpus, &uffd, &exits, &end) != 3 || line[end] ||
	    !row.vcpus || !(uffd > 0) || !(exits > 0))
		return -1;
	row.readers = row.vcpus;
	row.series = xstrdup("shmem, uffd, N readers");
	strcpy(row.mode, "uffd");
	row.rate = uffd * 1000;
	add_row(tables, row);
	row.series = xstrdup("shmem, uffd+exit");
	strcpy(row.mode, "uffd+exit");
	row.rate = exits * 1000;
	add_row(tables, row);
	return 0;
}

/* arch,backing,uffd_layout,mode,readers,vcpus,pages_per_s_per_vcpu */
static int read_userfault_line(struct published_tables *tables, const char *line)
{
	struct published row = { .table = userfault_table };
	char arch[16], layout[16], readers[2];
	struct point p;
	int end = 0;
	double each;
	bool own;

	if (sscanf(line, "%15[^,],%7[^,],%15[^,],%23[^,],%1[1N-],%u,%lf%n", arch, row.backing,
		   layout, row.mode, readers, &row.vcpus, &each, &end) != 7 ||
	    line[end] || !row.vcpus || !(each > 0) || point_set(&p, "arch", arch))
		return -1;
	own = !strcmp(layout, "per-vcpu");
	if (!own && strcmp(layout, "single"))
		return -1;
	/* Without a userfaultfd the layout says nothing: those rows are there once already. */
	if (own && readers[0] == '-')
		return 0;
	row.arch = p.arch;
	row.rate = each * row.vcpus;
	if (readers[0] != '-') {
		row.uffds = own ? row.vcpus : 1;
		row.readers = own || readers[0] == 'N' ? row.vcpus : 1;
		row.series = xasprintf("%s, %s, %s", row.backing, row.mode,
				       own		 ? "uffd each" :
				       readers[0] == 'N' ? "N readers" :
							   "1 reader");
	} else {
		row.series = xasprintf("%s, %s", row.backing, row.mode);
	}
	add_row(tables, row);
	return 0;
}

static const struct file {
	const char *table, *columns;
	/* Returns 0, or -1 when the line is no row. */
	int (*read_line)(struct published_tables *tables, const char *line);
} files[] = {
	{ exit_table, "vcpus,uffd_kpages_per_s,uffd_exit_kpages_per_s", read_exit_line },
	{ userfault_table, "arch,backing,uffd_layout,mode,readers,vcpus,pages_per_s_per_vcpu",
	  read_userfault_line },
};

#define FILES (sizeof(files) / sizeof(files[0]))

/* text: the whole of it, which is taken apart. */
static int read_lines(struct published_tables *tables, const struct file *file, const char *path,
		      char *text)
{
	unsigned int number = 0;
	bool past_header = false;
	char *line;

	while ((line = strsep(&text, "\n"))) {
		number++;
		line[strcspn(line, "\r")] = '\0';
		if (!*line || *line == '#')
			continue;
		if (past_header ? file->read_line(tables, line) : strcmp(line, file->columns)) {
			return error("%s:%u: '%s' is no row of the columns %s", path, number, line,
				     file->columns);
		}
		past_header = true;
	}
	if (past_header)
		return 0;
	return error("%s: there are no figures in it", path);
}

static int read_file(struct published_tables *tables, const char *root, const struct file *file)
{
	char *path = xasprintf("%s/results/published/%s.csv", root, file->table);
	char *text = file_read(path);
	int failed = -1;

	if (text)
		failed = read_lines(tables, file, path, text);
	else
		error("cannot read the published figures in %s: %s", path, strerror(errno));
	free(text);
	free(path);
	return failed;
}

int published_read(struct published_tables *tables, const char *root)
{
	*tables = (struct published_tables){ 0 };
	for (size_t i = 0; i < FILES; i++) {
		if (!read_file(tables, root, &files[i]))
			continue;
		published_free(tables);
		return -1;
	}
	return 0;
}

static bool is_text(const json_t *record, const char *key, const char *text)
{
	const char *value = json_string_value(json_object_get(record, key));

	return value && !strcmp(value, text);
}

static json_int_t integer(const json_t *record, const char *key)
{
	return json_integer_value(json_object_get(record, key));
}

/* One simulated CPU has no contention, and other tiers have no charge to compare at. */
static bool measures(const json_t *record, const struct published *row)
{
	return is_text(record, "status", "ok") && is_text(record, "tier", "simulated") &&
	       is_text(record, "arch", arch_names[row->arch]) &&
	       (integer(record, "cpus") > 1 || row->vcpus == 1) && !is_text(record, "gic", "v3") &&
	       is_text(record, "mode", row->mode) && is_text(record, "backing", row->backing) &&
	       is_text(record, "fetch", "0") && integer(record, "vcpus") == row->vcpus &&
	       (!row->uffds || (integer(record, "uffds") == row->uffds &&
				integer(record, "readers") == row->readers));
}

void published_match(struct published_tables *tables, const json_t *records)
{
	const json_t *record;
	size_t r;

	json_array_foreach (records, r, record) {
		for (size_t i = 0; i < tables->count; i++)
			for (size_t end = 0; end < PUBLISHED_ENDS; end++)
				if (measures(record, &tables->rows[i]) &&
				    integer(record, "coherence") == published_coherence_ns[end])
					tables->rows[i].simulated[end] = json_number_value(
						json_object_get(record, "rate_span"));
	}
}

bool published_is_measured(const struct published *row)
{
	return row->simulated[0] > 0 && row->simulated[1] > 0;
}

size_t published_measured(const struct published_tables *tables)
{
	size_t count = 0;

	for (size_t i = 0; i < tables->count; i++)
		count += published_is_measured(&tables->rows[i]);
	return count;
}

/* Figures of two architectures are two tables. */
bool published_is_same_table(const struct published *a, const struct published *b)
{
	return a->table == b->table && a->arch == b->arch;
}

bool published_is_same_series(const struct published *a, const struct published *b)
{
	return published_is_same_table(a, b) && !strcmp(a->series, b->series);
}

const struct published *published_first(const struct published_tables *tables,
					const struct published *row)
{
	const struct published *first = row;

	for (size_t i = 0; i < tables->count; i++) {
		const struct published *other = &tables->rows[i];

		if (published_is_same_series(other, row) && published_is_measured(other) &&
		    other->vcpus < first->vcpus)
			first = other;
	}
	return first;
}

static void print_table(const struct published_tables *tables, const struct published *like,
			FILE *out)
{
	fprintf(out,
		"\n%s, %s\n%-34s%6s%30s%18s%24s%18s\n%-34s%6s%10s%10s%10s%9s%9s%8s%8s%8s%9s%9s\n",
		like->table, arch_names[like->arch], "", "", "thousand pages/s", "ratio",
		"relative to the first", "ratio", "series", "vCPUs", "published", "P=0", "P=70",
		"P=0", "P=70", "publ.", "P=0", "P=70", "P=0", "P=70");
	for (size_t i = 0; i < tables->count; i++) {
		const struct published *row = &tables->rows[i], *first;
		double none = row->simulated[0], charged = row->simulated[1];

		if (!published_is_same_table(row, like) || !published_is_measured(row))
			continue;
		first = published_first(tables, row);
		fprintf(out, "%-34s%6u%10.0f%10.0f%10.0f%9.2f%9.2f%8.2f%8.2f%8.2f%9.2f%9.2f\n",
			row->series, row->vcpus, row->rate / 1000, none / 1000, charged / 1000,
			none / row->rate, charged / row->rate, row->rate / first->rate,
			none / first->simulated[0], charged / first->simulated[1],
			none / first->simulated[0] / (row->rate / first->rate),
			charged / first->simulated[1] / (row->rate / first->rate));
	}
}

/* Whether a row is the first one measured of its table. */
static bool is_first_of_table(const struct published_tables *tables, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (published_is_measured(&tables->rows[k]) &&
		    published_is_same_table(&tables->rows[k], &tables->rows[i]))
			return false;
	return published_is_measured(&tables->rows[i]);
}

void published_print(const struct published_tables *tables, FILE *out)
{
	fprintf(out,
		"Published: as measured by others on hardware (results/published/). P: ns that a "
		"cache line takes\nfrom one simulated CPU to another. Ratio: simulated to "
		"published. pages/s of all vCPUs.\nOne P and one number of instructions a ns for "
		"all points: the sweep files say how they were fixed.\n");
	for (size_t i = 0; i < tables->count; i++)
		if (is_first_of_table(tables, i))
			print_table(tables, &tables->rows[i], out);
	published_print_summary(tables, out);
}

void published_write_data(const struct published_tables *tables, FILE *out)
{
	const char *separator = "";

	for (size_t i = 0; i < tables->count; i++) {
		const struct published *series = &tables->rows[i];

		if (!published_is_measured(series) || published_first(tables, series) != series)
			continue;
		fprintf(out, "%s\"%s (%s, %s)\"\n", separator, series->series, series->table,
			arch_names[series->arch]);
		for (size_t k = i; k < tables->count; k++) {
			const struct published *row = &tables->rows[k];

			if (published_is_measured(row) && published_is_same_series(row, series))
				fprintf(out, "%u %.0f %.0f %.0f\n", row->vcpus, row->rate,
					row->simulated[0], row->simulated[1]);
		}
		separator = "\n\n";
	}
}

void published_free(struct published_tables *tables)
{
	for (size_t i = 0; i < tables->count; i++)
		free(tables->rows[i].series);
	free(tables->rows);
	*tables = (struct published_tables){ 0 };
}
