// SPDX-License-Identifier: GPL-2.0-only
#include "sweep.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <ini.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../keys.h"
#include "values.h"

#define LINE_MAX_CHARS 190 /* libinih takes 200 with the line's end */
#define NAME_MAX_CHARS 48 /* libinih cuts off section names and keys at 49 */

/* What is known while the lines come by; libinih itself tells no line numbers. */
struct reader {
	struct sweep *sweep;
	FILE *in;
	int line;
	struct section *section; /* whose keys are being read, NULL for none or [sweep] */
	bool in_sweep;
	bool failed;
};

__attribute__((format(printf, 2, 3))) static int fail_at(struct reader *r, const char *format, ...)
{
	char text[1024];
	va_list args;

	if (r->failed)
		return 0;
	r->failed = true;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	error("%s:%d: %s", r->sweep->file, r->line, text);
	return 0; /* libinih's word for failure */
}

const struct sweep_key *section_key(const struct section *section, const char *name)
{
	for (size_t i = 0; i < section->keys_count; i++)
		if (!strcmp(section->keys[i].name, name))
			return &section->keys[i];
	return NULL;
}

static const struct {
	const char *key, *instead_of;
	uint64_t max;
} sweep_only_keys[] = {
	{ KEY_PAGES_TOTAL, "pages", 1u << 20 },
	{ KEY_CPUS_MAX, "cpus", CPUS_MAX },
	{ KEY_READERS_APART, "cpus", 1 },
};

#define SWEEP_ONLY_KEYS (sizeof(sweep_only_keys) / sizeof(sweep_only_keys[0]))

const char *sweep_exclusive_key(const char *name)
{
	for (size_t i = 0; i < SWEEP_ONLY_KEYS; i++) {
		if (!strcmp(name, sweep_only_keys[i].key))
			return sweep_only_keys[i].instead_of;
		if (!strcmp(name, sweep_only_keys[i].instead_of))
			return sweep_only_keys[i].key;
	}
	return NULL;
}

/* The greatest value of a key that points do not have, 0 for one that they have. */
static uint64_t sweep_only_max(const char *name)
{
	for (size_t i = 0; i < SWEEP_ONLY_KEYS; i++)
		if (!strcmp(name, sweep_only_keys[i].key))
			return sweep_only_keys[i].max;
	return 0;
}

/* Checks every value by itself, on a point that is thrown away. */
static int check_values(const char *name, const struct strings *values)
{
	uint64_t v, max = sweep_only_max(name);
	struct point scratch;

	for (size_t i = 0; i < values->n; i++) {
		if (max) {
			if (!number_parse(values->v[i], 1, max, &v))
				continue;
			return error("%s='%s' is not valid; use a number from 1 to %llu", name,
				     values->v[i], (unsigned long long)max);
		}
		point_defaults(&scratch);
		if (point_set(&scratch, name, values->v[i]))
			return -1;
	}
	return 0;
}

/* A key's text to its values, of which there may be several. */
static int expand(const char *name, const char *text, struct strings *values)
{
	const struct key *key = point_key(name);

	*values = (struct strings){ 0 };
	if (key && key->kind == KEY_CPU_LIST) { /* its commas are part of the value */
		strings_add(values, xstrdup(text));
		return 0;
	}
	if (strcmp(name, "arch") || strcmp(text, "all"))
		return values_expand(text, values);
	for (enum arch arch = 0; arch < ARCH_COUNT; arch++)
		strings_add(values, xstrdup(arch_names[arch]));
	return 0;
}

int section_set(struct section *section, const char *name, const char *text)
{
	struct sweep_key *key = (struct sweep_key *)section_key(section, name);
	struct strings values;

	if (expand(name, text, &values))
		return -1;
	if (check_values(name, &values)) {
		strings_free(&values);
		return -1;
	}
	if (key) {
		strings_free(&key->values);
	} else {
		section->keys = xreallocarray(section->keys, section->keys_count + 1,
					      sizeof(*section->keys));
		key = &section->keys[section->keys_count++];
		key->name = xstrdup(name);
	}
	key->values = values;
	return 0;
}

static int begin_section(struct reader *r, char *name)
{
	struct sweep *sweep = r->sweep;

	r->section = NULL;
	r->in_sweep = !strcmp(name, "sweep");
	if (r->in_sweep)
		return 1;
	if (!*name || strlen(name) > NAME_MAX_CHARS)
		return fail_at(r, "a section's name has 1 to %d characters", NAME_MAX_CHARS);
	if (!strcmp(name, "defaults")) {
		r->section = &sweep->defaults;
		return 1;
	}
	for (size_t i = 0; i < sweep->series_count; i++)
		if (!strcmp(sweep->series[i].name, name))
			return fail_at(r, "series [%s] is there already, from line %d", name,
				       sweep->series[i].line);
	sweep->series =
		xreallocarray(sweep->series, sweep->series_count + 1, sizeof(*sweep->series));
	r->section = &sweep->series[sweep->series_count++];
	*r->section = (struct section){ .name = xstrdup(name), .line = r->line };
	return 1;
}

/* Hands lines to libinih and notes where they are, and where sections begin. */
static char *next_line(char *buf, int size, void *user)
{
	struct reader *r = user;
	char *start, *end;

	if (r->failed || !fgets(buf, size, r->in))
		return NULL;
	r->line++;
	if (strlen(buf) > LINE_MAX_CHARS) {
		fail_at(r, "the line is longer than %d characters", LINE_MAX_CHARS);
		return NULL;
	}
	for (start = buf; isspace((unsigned char)*start); start++)
		;
	if (*start != '[')
		return buf;
	end = strchr(start, ']');
	if (!end) {
		fail_at(r, "the section has no closing ]");
		return NULL;
	}
	*end = '\0';
	begin_section(r, start + 1);
	*end = ']';
	return buf;
}

static int take_key(void *user, const char *section, const char *name, const char *value)
{
	struct reader *r = user;
	const char *other;

	(void)section;
	if (r->failed)
		return 0;
	if (r->in_sweep) {
		if (strcmp(name, "summary"))
			return fail_at(r, "unknown key '%s' in [sweep]; known: summary", name);
		free(r->sweep->summary);
		r->sweep->summary = xstrdup(value);
		return 1;
	}
	if (!r->section)
		return fail_at(r, "'%s' stands before any [section]", name);
	if (!strcmp(name, "tier"))
		return fail_at(r, "'%s' is chosen on the command line, with --%s", name, name);
	if (section_key(r->section, name))
		return fail_at(r, "'%s' is given twice in [%s]", name, section);
	if (section_set(r->section, name, value))
		return fail_at(r, "%s", error_text());
	other = sweep_exclusive_key(name);
	if (other && section_key(r->section, other))
		return fail_at(r, "%s and %s exclude each other", name, other);
	return 1;
}

int sweep_parse(struct sweep *sweep, const char *file, const char *text)
{
	struct reader r = { .sweep = sweep };
	int bad_line;

	*sweep = (struct sweep){
		.file = xstrdup(file),
		.text = xstrdup(text),
		.summary = xstrdup(""),
		.defaults = { .name = xstrdup("defaults") },
	};
	if (!*text) {
		fail_at(&r, "the file is empty");
		return -1;
	}
	r.in = fmemopen(sweep->text, strlen(text), "r");
	if (!r.in) {
		return error("%s: %s", file, strerror(errno));
	}
	bad_line = ini_parse_stream(next_line, &r, take_key, &r);
	fclose(r.in);
	if (!r.failed && bad_line) {
		r.line = bad_line > 0 ? bad_line : r.line;
		fail_at(&r, "neither [section] nor KEY = VALUE");
	}
	if (!r.failed && !sweep->series_count)
		fail_at(&r, "the file has no series: a [section] besides sweep and defaults");
	return r.failed ? -1 : 0;
}

void section_free(struct section *section)
{
	for (size_t i = 0; i < section->keys_count; i++) {
		free(section->keys[i].name);
		strings_free(&section->keys[i].values);
	}
	free(section->keys);
	free(section->name);
}

void sweep_free(struct sweep *sweep)
{
	for (size_t i = 0; i < sweep->series_count; i++)
		section_free(&sweep->series[i]);
	free(sweep->series);
	section_free(&sweep->defaults);
	free(sweep->file);
	free(sweep->text);
	free(sweep->summary);
	*sweep = (struct sweep){ 0 };
}

static bool ends_in_ini(const char *name)
{
	size_t n = strlen(name);

	return n > 4 && !strcmp(name + n - 4, ".ini");
}

static int is_sweep_file(const struct dirent *entry)
{
	return ends_in_ini(entry->d_name);
}

void sweep_names(const char *root, struct strings *names)
{
	char *dir = xasprintf("%s/bench/sweeps", root);
	struct dirent **entries;
	int n = scandir(dir, &entries, is_sweep_file, alphasort);

	for (int i = 0; i < n; i++) {
		entries[i]->d_name[strlen(entries[i]->d_name) - 4] = '\0';
		strings_add(names, xstrdup(entries[i]->d_name));
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
	free(dir);
}

char *sweep_find(const char *root, const char *name)
{
	struct strings names = { 0 };
	char *path;

	if (strchr(name, '/') || ends_in_ini(name))
		path = xstrdup(name);
	else
		path = xasprintf("%s/bench/sweeps/%s.ini", root, name);
	if (!access(path, R_OK))
		return path;
	if (errno != ENOENT || strchr(name, '/') || ends_in_ini(name)) {
		error("cannot read the sweep file %s: %s", path, strerror(errno));
	} else {
		error("unknown sweep '%s'; give a file, or one of:", name);
		sweep_names(root, &names);
		for (size_t i = 0; i < names.n; i++)
			error("%s %s", error_text(), names.v[i]);
		strings_free(&names);
	}
	free(path);
	return NULL;
}
