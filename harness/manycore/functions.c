// SPDX-License-Identifier: GPL-2.0-only
#include "functions.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KERNEL_START \
	0xffff800000000000ull /* of addresses: arm64's kernel is linked near its start */
#define GUEST_END 0x400000ull /* where programs are linked */
#define LINE_MAX_BYTES 512

struct object {
	uint64_t start;
	char *name;
};

struct functions {
	struct function *of[LEVEL_COUNT];
	size_t count[LEVEL_COUNT];
	struct object *objects; /* the kernel's own data */
	size_t objects_count;
};

static const struct {
	const char *name; /* with * at the end: all that begin so */
	enum level level;
	enum marker marker;
} markers[] = {
	{ "vcpu_main", LEVEL_PROGRAM, MARKER_VCPU },
	{ "handler_main*", LEVEL_PROGRAM, MARKER_HANDLER },
	{ "page_event_begin", LEVEL_PROGRAM, MARKER_EVENT },
	{ "page_exit", LEVEL_PROGRAM, MARKER_EXIT },
	{ "page_defer", LEVEL_PROGRAM, MARKER_EXIT },
	{ "resolve", LEVEL_PROGRAM, MARKER_RESOLVE },
	{ "uffd_resolve", LEVEL_PROGRAM, MARKER_RESOLVE },
	{ "__switch_to_asm", LEVEL_KERNEL, MARKER_SWITCH }, /* x86-64 */
	{ "cpu_switch_to", LEVEL_KERNEL, MARKER_SWITCH }, /* arm64 */
	{ "try_to_wake_up", LEVEL_KERNEL, MARKER_WAKE },
	{ "queued_spin_lock_slowpath", LEVEL_KERNEL, MARKER_LOCK },
	{ "queued_read_lock_slowpath", LEVEL_KERNEL, MARKER_LOCK },
	{ "queued_write_lock_slowpath", LEVEL_KERNEL, MARKER_LOCK },
	{ "rwsem_down_read_slowpath", LEVEL_KERNEL, MARKER_LOCK },
	{ "rwsem_down_write_slowpath", LEVEL_KERNEL, MARKER_LOCK },
	{ "__mutex_lock", LEVEL_KERNEL, MARKER_LOCK },
	{ "workload_*", LEVEL_GUEST, MARKER_WORKLOAD },
	{ "guest_exception*", LEVEL_GUEST, MARKER_MEANWHILE },
	{ "tasks_exception", LEVEL_GUEST, MARKER_MEANWHILE },
	{ "tasks_idle", LEVEL_GUEST, MARKER_MEANWHILE },
};

/*
 * What indirect calls and returns go through, because of how CPUs speculate; and arm64's
 * exceptions, where the stack pointer may be in use for a check of itself.
 */
static const char *const thunks[] = { "__x86_indirect_", "__x86_return_",  "its_return_", "srso_",
				      "retbleed_",	 "entry_untrain_", "vectors" };

static bool is_named(const char *name, const char *pattern)
{
	size_t n = strcspn(pattern, "*");

	return !strncmp(name, pattern, n) && (pattern[n] || !name[n]);
}

static enum marker marker_of(const char *name, enum level level)
{
	for (size_t i = 0; i < sizeof(markers) / sizeof(markers[0]); i++)
		if (markers[i].level == level && is_named(name, markers[i].name))
			return markers[i].marker;
	return MARKER_NONE;
}

static bool is_thunk(const char *name)
{
	for (size_t i = 0; i < sizeof(thunks) / sizeof(thunks[0]); i++)
		if (!strncmp(name, thunks[i], strlen(thunks[i])))
			return true;
	return false;
}

/* The linker's marks of where sections of code begin and end. */
static bool is_mark(const char *name)
{
	static const char *const ends[] = { "text_start", "text_end", "stext", "etext" };

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		size_t n = strlen(name), length = strlen(ends[i]);

		if (n >= length && !strcmp(name + n - length, ends[i]))
			return true;
	}
	return false;
}

/* Functions with labels of their own in the middle, which begin with their names. */
static const char *const labelled[] = { "entry_SYSCALL_64" };

/*
 * Cuts off what the compiler and the kernel's assembly add: parts and copies of a function go
 * by one name. Returns whether it is a part.
 */
static bool cut_suffix(char *name)
{
	char *dot = strchr(name, '.');
	bool is_part = dot && strstr(dot, ".cold");

	if (dot && dot != name)
		*dot = '\0';
	for (size_t i = 0; i < sizeof(labelled) / sizeof(labelled[0]); i++) {
		size_t length = strlen(labelled[i]);

		if (strncmp(name, labelled[i], length) || name[length] != '_')
			continue;
		name[length] = '\0';
		is_part = true;
	}
	return is_part;
}

static int add(struct functions *f, enum level level, uint64_t start, char *name)
{
	size_t n = f->count[level];
	struct function *function;
	bool is_part = cut_suffix(name);

	/* arm64's alias that is not instrumented, of the same function. */
	if (!strncmp(name, "__pi_", 5))
		name += 5;
	/* Of several names for one place the first is taken. */
	if (n && f->of[level][n - 1].start == start)
		return 0;
	if (!(n & (n - 1))) {
		function = reallocarray(f->of[level], n ? 2 * n : 1, sizeof(*function));
		if (!function)
			return -1;
		f->of[level] = function;
	}
	function = &f->of[level][n];
	*function = (struct function){
		.start = start,
		.name = strdup(name),
		.level = level,
		.marker = is_part ? MARKER_NONE : marker_of(name, level),
		.is_part = is_part,
		.is_thunk = is_thunk(name),
	};
	if (!function->name)
		return -1;
	f->count[level]++;
	return 0;
}

static int add_object(struct functions *f, uint64_t start, const char *name)
{
	size_t n = f->objects_count;

	if (!(n & (n - 1))) {
		struct object *more = reallocarray(f->objects, n ? 2 * n : 1, sizeof(*f->objects));

		if (!more)
			return -1;
		f->objects = more;
	}
	f->objects[n] = (struct object){ start, strdup(name) };
	if (!f->objects[n].name)
		return -1;
	f->objects_count++;
	return 0;
}

static int read_lines(struct functions *f, FILE *file, enum level level)
{
	char line[LINE_MAX_BYTES], name[LINE_MAX_BYTES], type;
	uint64_t start;

	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%" SCNx64 " %c %511s", &start, &type, name) != 3)
			continue; /* nm leaves the value of what is undefined blank */
		/* below: places within what each CPU has of its own */
		if (level == LEVEL_KERNEL && start < KERNEL_START)
			continue;
		if (level == LEVEL_KERNEL && strchr("dbr", tolower(type)) &&
		    add_object(f, start, name))
			return -1;
		/* __pfx_: room before a function, not executed; $: kinds of an object's bytes */
		if (!strchr("tw", tolower(type)) || !strncmp(name, "__pfx_", 6) || *name == '$' ||
		    is_mark(name))
			continue;
		if (add(f, level, start, name))
			return -1;
	}
	return 0;
}

int functions_add(struct functions **functions, const char *path, enum level level, char *err,
		  size_t err_size)
{
	FILE *file = fopen(path, "re");
	int r;

	if (!file) {
		snprintf(err, err_size, "cannot read %s: %s", path, strerror(errno));
		return -1;
	}
	if (!*functions)
		*functions = calloc(1, sizeof(**functions));
	r = *functions ? read_lines(*functions, file, level) : -1;
	fclose(file);
	if (r)
		snprintf(err, err_size, "no memory for the functions of %s", path);
	else if (!(*functions)->count[level])
		snprintf(err, err_size, "%s has no functions; it must be what nm -n prints", path);
	return r || !(*functions)->count[level] ? -1 : 0;
}

void functions_free(struct functions *functions)
{
	for (int level = 0; functions && level < LEVEL_COUNT; level++) {
		for (size_t i = 0; i < functions->count[level]; i++)
			free((char *)functions->of[level][i].name);
		free(functions->of[level]);
	}
	for (size_t i = 0; functions && i < functions->objects_count; i++)
		free(functions->objects[i].name);
	if (functions)
		free(functions->objects);
	free(functions);
}

static enum level level_of(uint64_t address)
{
	if (address >= KERNEL_START)
		return LEVEL_KERNEL;
	return address < GUEST_END ? LEVEL_GUEST : LEVEL_PROGRAM;
}

const struct function *functions_find(const struct functions *functions, uint64_t address)
{
	static const struct function unknown[] = {
		[LEVEL_GUEST] = { .name = "[unknown guest code]", .level = LEVEL_GUEST },
		/* Most likely of the vDSO, which the kernel maps into every program. */
		[LEVEL_PROGRAM] = { .name = "[vdso]", .level = LEVEL_PROGRAM },
		[LEVEL_KERNEL] = { .name = "[unknown kernel code]", .level = LEVEL_KERNEL },
	};
	const uint64_t vdso_start = 0x7f0000000000ull;
	enum level level = level_of(address);
	size_t low = 0, high = functions->count[level];

	if (!high || address < functions->of[level][0].start ||
	    (level == LEVEL_PROGRAM && address >= vdso_start))
		return &unknown[level];
	/* The last one that starts at address or below; it is in [low, high). */
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (functions->of[level][middle].start <= address)
			low = middle;
		else
			high = middle;
	}
	return &functions->of[level][low];
}

void functions_write_object(const struct functions *functions, FILE *out, uint64_t address)
{
	const struct object *objects = functions->objects;
	size_t low = 0, high = functions->objects_count;

	/* The last symbol ends the kernel's image; what is above is none of its objects. */
	if (!high || address < objects[0].start || address >= objects[high - 1].start) {
		fprintf(out, "%" PRIx64, address);
		return;
	}
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (objects[middle].start <= address)
			low = middle;
		else
			high = middle;
	}
	fputs(objects[low].name, out);
	if (address > objects[low].start)
		fprintf(out, "+0x%" PRIx64, address - objects[low].start);
}
