// SPDX-License-Identifier: GPL-2.0-only
#include "build_note.h"

#include <elf.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../base/json.h"
#include "../base/util.h"

/* harness/point/build_note.S has the same; a zero byte ends it all. */
#define START "\nfaultline-point was built with\n"

/* Lines of "name value". New reference. */
static json_t *parse(char *text)
{
	json_t *note = json_object();
	char *line;

	while ((line = strsep(&text, "\n"))) {
		char *value = strchr(line, ' ');

		if (!value)
			continue;
		*value++ = '\0';
		json_object_set_new(note, line, json_owned(xstrdup(value)));
	}
	return note;
}

static json_t *find(const char *bytes, size_t n)
{
	const char *start = memmem(bytes, n, START, strlen(START)), *end;
	json_t *note;
	char *text;

	if (!start)
		return json_null();
	start += strlen(START);
	end = memchr(start, '\0', bytes + n - start);
	text = xasprintf("%.*s", (int)(end ? end - start : 0), start);
	note = parse(text);
	free(text);
	return note;
}

struct mapped {
	void *bytes;
	size_t n;
};

/* A file that cannot be read is an empty one. */
static struct mapped map_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct mapped file = { 0 };
	struct stat st;

	if (fd >= 0 && !fstat(fd, &st) && st.st_size > 0)
		file.bytes = mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (file.bytes == MAP_FAILED)
		file.bytes = NULL;
	if (file.bytes)
		file.n = st.st_size;
	if (fd >= 0)
		close(fd);
	return file;
}

static void unmap_file(struct mapped file)
{
	if (file.bytes)
		munmap(file.bytes, file.n);
}

json_t *build_note(const char *path)
{
	struct mapped file = map_file(path);
	json_t *note = file.bytes ? find(file.bytes, file.n) : json_null();

	unmap_file(file);
	return note;
}

/* Of what is loaded, all but the file's own header, which tells where sections are. */
static bool holds_segment(struct mapped all, struct mapped program, const Elf64_Phdr *segment)
{
	size_t from = segment->p_offset, end = from + segment->p_filesz;

	if (from < sizeof(Elf64_Ehdr))
		from = sizeof(Elf64_Ehdr);
	return end <= program.n && from <= end &&
	       memmem(all.bytes, all.n, (const char *)program.bytes + from, end - from);
}

static bool holds_program(struct mapped all, struct mapped program)
{
	const Elf64_Ehdr *elf = program.bytes;
	const Elf64_Phdr *segments;
	size_t loaded = 0;

	if (program.n < sizeof(*elf) || memcmp(elf->e_ident, ELFMAG, SELFMAG) ||
	    elf->e_ident[EI_CLASS] != ELFCLASS64 || elf->e_phoff > program.n ||
	    elf->e_phnum * sizeof(*segments) > program.n - elf->e_phoff)
		return false;
	segments = (const Elf64_Phdr *)((const char *)program.bytes + elf->e_phoff);
	for (size_t i = 0; i < elf->e_phnum; i++) {
		if (segments[i].p_type != PT_LOAD)
			continue;
		if (!holds_segment(all, program, &segments[i]))
			return false;
		loaded++;
	}
	return loaded;
}

bool archive_holds(const char *archive, const char *program)
{
	struct mapped all = map_file(archive), part = map_file(program);
	bool holds = all.bytes && part.bytes && holds_program(all, part);

	unmap_file(part);
	unmap_file(all);
	return holds;
}
