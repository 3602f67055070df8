// SPDX-License-Identifier: GPL-2.0-only
#include "build_note.h"

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

json_t *build_note(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	json_t *note = json_null();
	struct stat st;
	void *bytes;

	if (fd < 0)
		return note;
	bytes = !fstat(fd, &st) && st.st_size > 0 ?
			mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE, fd, 0) :
			MAP_FAILED;
	close(fd);
	if (bytes == MAP_FAILED)
		return note;
	note = find(bytes, st.st_size);
	munmap(bytes, st.st_size);
	return note;
}
