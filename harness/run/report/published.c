// SPDX-License-Identifier: GPL-2.0-only
#include "published.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../../mode.h"
#include "../base/file.h"
#include "../base/util.h"
#include "figures.h"

const struct published_source published_sources[PUBLISHED_SOURCES] = {
	{ "exit-on-missing-v7", "published-exit-on-missing" },
	{ "userfault-v1", "published-userfault" },
};

const unsigned int published_charges_ns[PUBLISHED_CHARGES] = { 0, 70 };

bool published_is_same_table(const struct published *a, const struct published *b)
{
	return a->source == b->source && a->point.arch == b->point.arch;
}

bool published_is_same_series(const struct published *a, const struct published *b)
{
	return published_is_same_table(a, b) && !strcmp(a->series, b->series);
}

/* Mode and set-up, for people; of a point that is not resolved. Caller frees. */
static char *series_of(const struct point *p, bool has_readers)
{
	char backing[16], readers[32];

	snprintf(readers, sizeof(readers), ", %u reader%s", p->readers, p->readers > 1 ? "s" : "");
	return xasprintf("%s, %s%s", point_get(p, point_key("backing"), backing, sizeof(backing)),
			 mode_names[p->mode],
			 !has_readers		? "" :
			 p->uffds == PER_VCPU	? ", uffd each" :
			 p->readers == PER_VCPU ? ", N readers" :
						  readers);
}

static int read_value(struct published *row, const char *column, const char *text)
{
	char *end;

	if (strcmp(column, "pages_per_s")) {
		if (!*text)
			return 0;
		if (point_set(&row->point, column, text))
			return -1;
		row->keys |= keyset_of(column);
		return 0;
	}
	row->rate = strtod(text, &end);
	if (*end || !(row->rate > 0))
		return error("%s='%s' is not valid; use a number above 0", column, text);
	return 0;
}

/* columns: the file's header. Both lines are changed. */
static int read_row(struct published *row, char *columns, char *line)
{
	bool has_readers = false;
	char *column;

	point_defaults(&row->point);
	while ((column = strsep(&columns, ","))) {
		const char *text = strsep(&line, ",");

		if (!text)
			return error("there is no value for %s", column);
		if (read_value(row, column, text))
			return -1;
		has_readers |= *text && !strcmp(column, "readers");
	}
	if (line)
		return error("there are more values than columns");
	if (!row->rate)
		return error("there is no column pages_per_s");
	row->series = series_of(&row->point, has_readers);
	return point_resolve(&row->point);
}

/* Whether an earlier row is of the same set-up as the last one. */
static bool is_last_known(const struct published_tables *tables)
{
	const struct published *last = &tables->rows[tables->count - 1];

	for (const struct published *row = tables->rows; row < last; row++)
		if (published_is_same_series(row, last) && row->point.vcpus == last->point.vcpus)
			return true;
	return false;
}

static int add_row(struct published_tables *tables, const struct published_source *source,
		   const char *header, char *line)
{
	char *columns = xstrdup(header);
	struct published *row;
	int failed;

	tables->rows = xreallocarray(tables->rows, tables->count + 1, sizeof(*tables->rows));
	row = &tables->rows[tables->count++];
	*row = (struct published){ .source = source };
	failed = read_row(row, columns, line);
	free(columns);
	if (!failed && is_last_known(tables))
		free(tables->rows[--tables->count].series);
	return failed;
}

/* text: the whole file; is changed. */
static int read_lines(struct published_tables *tables, const struct published_source *source,
		      const char *path, char *text)
{
	const char *header = NULL;
	unsigned int number = 0;
	size_t before = tables->count;
	char *line;

	while ((line = strsep(&text, "\n"))) {
		number++;
		line[strcspn(line, "\r")] = '\0';
		if (!*line || *line == '#')
			continue;
		if (header && add_row(tables, source, header, line))
			return error("%s:%u: %s", path, number, error_text());
		header = header ? header : line;
	}
	return tables->count > before ? 0 : error("%s: there are no figures in it", path);
}

int published_read(struct published_tables *tables, const char *root)
{
	int failed = 0;

	*tables = (struct published_tables){ 0 };
	for (size_t i = 0; i < PUBLISHED_SOURCES && !failed; i++) {
		const struct published_source *source = &published_sources[i];
		char *path = xasprintf("%s/results/published/%s.csv", root, source->table);
		char *text = file_read(path);

		failed = text ? read_lines(tables, source, path, text) :
				error("cannot read the published figures in %s: %s", path,
				      strerror(errno));
		free(text);
		free(path);
	}
	if (failed)
		published_free(tables);
	return failed;
}

static bool measures(const struct point *p, const struct published *row)
{
	/* One simulated CPU has no contention. */
	return !points_compare(p, &row->point, row->keys) && (p->cpus > 1 || p->vcpus == 1);
}

static int check_settings(struct published_tables *tables, const struct point *p)
{
	char settings[sizeof(tables->settings)];

	snprintf(settings, sizeof(settings), "speed=%u quantum=%u", p->speed, p->quantum);
	if (!*tables->settings)
		strcpy(tables->settings, settings);
	if (!strcmp(tables->settings, settings))
		return 0;
	return error("points with %s and with %s are not to be compared with one table: take runs "
		     "with one speed and one quantum for all",
		     tables->settings, settings);
}

static int match_record(struct published_tables *tables, const struct record *record)
{
	const struct point *p = &record->point;
	size_t charge = 0;

	/* Other tiers have no charge to compare at. */
	if (!record_is_ok(record) || !tier_kinds[p->tier].is_simulated)
		return 0;
	while (charge < PUBLISHED_CHARGES && p->coherence_ns != published_charges_ns[charge])
		charge++;
	for (size_t i = 0; i < tables->count && charge < PUBLISHED_CHARGES; i++) {
		if (!measures(p, &tables->rows[i]))
			continue;
		if (check_settings(tables, p))
			return -1;
		figure_read(FIGURE_COMPARED, record->json, &tables->rows[i].simulated[charge]);
	}
	return 0;
}

int published_match(struct published_tables *tables, const struct records *records)
{
	for (size_t i = 0; i < records->n; i++)
		if (match_record(tables, &records->v[i]))
			return -1;
	return 0;
}

size_t published_drop_unmeasured(struct published_tables *tables)
{
	size_t count = tables->count;

	tables->count = 0;
	for (size_t i = 0; i < count; i++) {
		struct published row = tables->rows[i];

		if (row.simulated[0] > 0 && row.simulated[1] > 0)
			tables->rows[tables->count++] = row;
		else
			free(row.series);
	}
	return tables->count;
}

void published_free(struct published_tables *tables)
{
	for (size_t i = 0; i < tables->count; i++)
		free(tables->rows[i].series);
	free(tables->rows);
	*tables = (struct published_tables){ 0 };
}
