// SPDX-License-Identifier: GPL-2.0-only
#include "sweep.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <ini.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lines.h"
#include "search.h"
#include "values.h"
#include "../base/file.h"

#define NAME_MAX_BYTES 48 /* libinih cuts off section names and keys at 49 */
#define FILE_MAX_BYTES (1 << 20) /* more is no sweep */

/* What is known while the lines come by; libinih itself tells no line numbers. */
struct reader {
	struct sweep *sweep;
	struct lines lines;
	struct section *section; /* whose keys are being read, NULL for none or one of settings[] */
	const struct setting *setting; /* whose section is being read, or NULL */
	bool has_search;
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
	error("%s:%d: %s", r->sweep->file, r->lines.number, text);
	return 0; /* libinih's word for failure */
}

static int take_summary(struct reader *r, const char *value)
{
	if (*r->sweep->summary)
		return fail_at(r, "'summary' is given twice in [sweep]");
	free(r->sweep->summary);
	r->sweep->summary = xstrdup(value);
	return 1;
}

static int take_search(struct reader *r, const char *value)
{
	if (r->sweep->searched)
		return fail_at(r, "'keys' is given twice in [search]");
	return search_keys_parse(value, &r->sweep->searched) ? fail_at(r, "%s", error_text()) : 1;
}

/* Sections that are no series, each with the one key that it has. */
static const struct setting {
	const char *section, *key;
	int (*take)(struct reader *r, const char *value);
} settings[] = {
	{ "sweep", "summary", take_summary },
	{ "search", "keys", take_search },
};

#define SETTINGS (sizeof(settings) / sizeof(settings[0]))

/* Whether a section has a name that is none for a series, in whatever case. */
static bool is_reserved(const char *name)
{
	bool is = !strcasecmp(name, "defaults");

	for (size_t i = 0; i < SETTINGS; i++)
		is |= !strcasecmp(name, settings[i].section);
	return is;
}

#define FIELD(name) offsetof(struct draft, name)

/* Keys that points do not have. */
static const struct {
	const char *name, *instead_of;
	uint64_t min, max;
	size_t offset;
} sweep_only_keys[] = {
	{ "pages_total", "pages", 1, PAGES_MAX, FIELD(pages_total) },
	{ "cpus_max", "cpus", 1, CPUS_MAX, FIELD(cpus_max) },
	{ "readers_apart", "cpus", 0, 1, FIELD(readers_apart) },
};

#define SWEEP_ONLY_KEYS (sizeof(sweep_only_keys) / sizeof(sweep_only_keys[0]))

int draft_set(struct draft *draft, const char *name, const char *value)
{
	uint64_t min, max, v;

	for (size_t i = 0; i < SWEEP_ONLY_KEYS; i++) {
		if (strcmp(sweep_only_keys[i].name, name))
			continue;
		min = sweep_only_keys[i].min;
		max = sweep_only_keys[i].max;
		if (number_parse(value, min, max, &v))
			return error("%s='%s' is not valid; use a number from %llu to %llu", name,
				     value, (unsigned long long)min, (unsigned long long)max);
		*(unsigned int *)((char *)draft + sweep_only_keys[i].offset) = (unsigned int)v;
		return 0;
	}
	return point_set(&draft->point, name, value);
}

/* Whether two keys say the same in different ways. */
static bool keys_exclude(const char *a, const char *b)
{
	for (size_t i = 0; i < SWEEP_ONLY_KEYS; i++) {
		const char *x = sweep_only_keys[i].name, *y = sweep_only_keys[i].instead_of;

		if ((!strcmp(a, x) && !strcmp(b, y)) || (!strcmp(a, y) && !strcmp(b, x)))
			return true;
	}
	return false;
}

const struct sweep_key *section_find(const struct section *section, const char *name)
{
	const struct sweep_key *other = NULL;

	for (size_t i = 0; i < section->keys_count; i++) {
		if (!strcmp(section->keys[i].name, name))
			return &section->keys[i];
		if (keys_exclude(section->keys[i].name, name))
			other = &section->keys[i];
	}
	return other;
}

/* A key's text to its values, of which there may be several; each is checked by itself. */
static int expand(const char *name, const char *text, struct strings *values)
{
	const struct key *key = point_key(name);
	struct draft scratch = { 0 };

	*values = (struct strings){ 0 };
	if (key && key->kind == KEY_CPU_LIST) { /* its commas are part of the value */
		strings_add(values, xstrdup(text));
	} else if (!strcmp(name, "arch") && !strcmp(text, "all")) {
		for (enum arch arch = 0; arch < ARCH_COUNT; arch++)
			strings_add(values, xstrdup(arch_names[arch]));
	} else if (values_expand(text, values)) {
		return -1;
	}
	for (size_t i = 0; i < values->n; i++) {
		if (!draft_set(&scratch, name, values->v[i]))
			continue;
		strings_free(values);
		return -1;
	}
	return 0;
}

int section_set(struct section *section, const char *name, const char *text)
{
	struct sweep_key *key = (struct sweep_key *)section_find(section, name);
	struct strings values;

	if (expand(name, text, &values))
		return -1;
	if (!key) {
		section->keys = xreallocarray(section->keys, section->keys_count + 1,
					      sizeof(*section->keys));
		key = &section->keys[section->keys_count++];
		*key = (struct sweep_key){ 0 };
	}
	strings_free(&key->values);
	free(key->name);
	*key = (struct sweep_key){ .name = xstrdup(name), .values = values };
	return 0;
}

int sweep_choices(const char *name, const char *text, bool *chosen)
{
	struct strings values;
	struct point p = { 0 };

	if (expand(name, text, &values))
		return -1;
	for (size_t i = 0; i < values.n; i++) {
		point_set(&p, name, values.v[i]);
		chosen[point_unsigned(&p, point_key(name))] = true;
	}
	strings_free(&values);
	return 0;
}

static void begin_section(struct reader *r, const char *name)
{
	struct sweep *sweep = r->sweep;

	r->section = NULL;
	r->setting = NULL;
	for (size_t i = 0; i < SETTINGS; i++)
		if (!strcmp(name, settings[i].section))
			r->setting = &settings[i];
	for (size_t i = 0; i < sweep->series_count; i++)
		if (!strcmp(sweep->series[i].name, name))
			fail_at(r, "series [%s] is there already, from line %d", name,
				sweep->series[i].line);
	if (!*name || strlen(name) > NAME_MAX_BYTES)
		fail_at(r, "a section's name has 1 to %d bytes", NAME_MAX_BYTES);
	for (const char *c = name; *c; c++)
		if (iscntrl((unsigned char)*c))
			fail_at(r, "there is a control character in the section's name");
	r->has_search |= r->setting && r->setting->take == take_search;
	if (r->setting || r->failed)
		return;
	if (!strcmp(name, "defaults")) {
		r->section = &sweep->defaults;
		return;
	}
	if (is_blank(*name) || is_blank(name[strlen(name) - 1]) || is_reserved(name)) {
		fail_at(r,
			"a series cannot be called '%s'; without blanks around it and in lower "
			"case, [sweep], [search] and [defaults] are no series",
			name);
		return;
	}
	sweep->series =
		xreallocarray(sweep->series, sweep->series_count + 1, sizeof(*sweep->series));
	r->section = &sweep->series[sweep->series_count++];
	*r->section = (struct section){ .name = xstrdup(name), .line = r->lines.number };
}

/* Hands lines to libinih, and notes where sections begin. */
static char *next_line(char *buf, int size, void *user)
{
	struct reader *r = user;
	char *end;

	if (r->failed || !lines_next(&r->lines, buf, size))
		return NULL;
	if (!r->lines.is_utf8) {
		fail_at(r, "the line is not UTF-8; save the file in that encoding");
		return NULL;
	}
	if (*buf != '[')
		return buf;
	end = strchr(buf, ']');
	if (!end || end[1] || *r->lines.tail) {
		fail_at(r, end		  ? "a section stands on a line of its own" :
			   *r->lines.tail ? "the section's name is too long" :
					    "the section has no closing ]");
		return NULL;
	}
	*end = '\0';
	begin_section(r, buf + 1);
	*end = ']';
	return buf;
}

static int take_value(struct reader *r, const char *section, const char *name, const char *value)
{
	const struct sweep_key *other;

	if (r->setting) {
		if (strcmp(name, r->setting->key))
			return fail_at(r, "unknown key '%s' in [%s]; known: %s", name, section,
				       r->setting->key);
		return r->setting->take(r, value);
	}
	if (!r->section)
		return fail_at(r, "'%s' stands before any [section]", name);
	if (!strcmp(name, "tier"))
		return fail_at(r, "'%s' is chosen on the command line, with --%s", name, name);
	other = section_find(r->section, name);
	if (other && !strcmp(other->name, name))
		return fail_at(r, "'%s' is given twice in [%s]", name, section);
	if (other)
		return fail_at(r, "%s and %s exclude each other", name, other->name);
	return section_set(r->section, name, value) ? fail_at(r, "%s", error_text()) : 1;
}

static int take_key(void *user, const char *section, const char *name, const char *value)
{
	struct reader *r = user;
	char *whole = xasprintf("%s%s", value, r->lines.tail);
	int taken = r->failed ? 0 : take_value(r, section, name, whole);

	free(whole);
	return taken;
}

int sweep_parse(struct sweep *sweep, const char *file, const char *text)
{
	struct reader r = { .sweep = sweep };
	char *lines = xstrdup(text);
	int bad_line;

	*sweep = (struct sweep){
		.file = xstrdup(file),
		.text = xstrdup(text),
		.summary = xstrdup(""),
		.defaults = { .name = xstrdup("defaults") },
	};
	lines_begin(&r.lines, lines);
	if (!*r.lines.next)
		fail_at(&r, "the file is empty");
	bad_line = ini_parse_stream(next_line, &r, take_key, &r);
	free(lines);
	if (!r.failed && bad_line) {
		r.lines.number = bad_line > 0 ? bad_line : r.lines.number;
		fail_at(&r, "neither [section] nor KEY = VALUE");
	}
	if (!r.failed && r.has_search && !sweep->searched)
		fail_at(&r, "[search] has no keys that are to be searched, such as keys = readers");
	if (!r.failed && !sweep->series_count)
		fail_at(&r,
			"the file has no series: a [section] besides sweep, search and defaults");
	return r.failed ? -1 : 0;
}

static void section_free(struct section *section)
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

static int fail_to_find(const char *root, const char *name)
{
	struct strings names = { 0 };

	error("unknown sweep '%s'; give a file, or one of:", name);
	sweep_names(root, &names);
	for (size_t i = 0; i < names.n; i++)
		error("%s %s", error_text(), names.v[i]);
	strings_free(&names);
	return -1;
}

/*
 * The text of a sweep file, or NULL with errno set, or with errno 0 after error(). A pipe is
 * refused, for a sweep is read more than once, and run.sh does so, too.
 */
static char *read_sweep(const char *path)
{
	struct stat st;
	char *text;

	if (stat(path, &st))
		return NULL;
	errno = 0;
	if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode)) {
		error("%s is no regular file, and a sweep is read more than once; save it in one",
		      path);
		return NULL;
	}
	if (S_ISREG(st.st_mode) && st.st_size > FILE_MAX_BYTES) {
		error("%s is too large for a sweep: it has more than %d bytes", path,
		      FILE_MAX_BYTES);
		return NULL;
	}
	text = file_read_exact(path);
	if (!text || strlen(text) == (size_t)st.st_size)
		return text;
	error("%s is no text: it has bytes of 0, as UTF-16 has; save it as UTF-8", path);
	free(text);
	errno = 0;
	return NULL;
}

int sweep_load(struct sweep *sweep, const char *root, const char *name)
{
	bool is_path = strchr(name, '/') || ends_in_ini(name);
	char *path = is_path ? xstrdup(name) : xasprintf("%s/bench/sweeps/%s.ini", root, name);
	char *text = read_sweep(path);
	int failed;

	*sweep = (struct sweep){ 0 };
	if (text)
		failed = sweep_parse(sweep, path, text);
	else if (errno == ENOENT && !is_path)
		failed = fail_to_find(root, name);
	else
		failed = !errno ? -1 :
				  error("cannot read the sweep file %s: %s", path, strerror(errno));
	free(text);
	free(path);
	return failed;
}

char *sweep_label(const struct sweep *sweep)
{
	const char *slash = strrchr(sweep->file, '/');
	char *label = xstrdup(slash ? slash + 1 : sweep->file);

	if (ends_in_ini(label))
		label[strlen(label) - 4] = '\0';
	for (char *c = label; *c; c++)
		if (!isalnum((unsigned char)*c) && !strchr("._-", *c))
			*c = '_';
	return label;
}
