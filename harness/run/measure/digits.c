// SPDX-License-Identifier: GPL-2.0-only
#include "digits.h"

#include <stdlib.h>
#include <string.h>

#include "../../keys.h"
#include "../base/json.h"
#include "../base/util.h"

/* All else that run.json tells of, such as a compiler, acts by these or not at all. */
static const char *const of_target[] = { "kernel_image_sha256", "initramfs_sha256", "qemu version",
					 "qemu program_sha256", NULL };
static const char *const of_faultline[] = { "manycore_sha256", "coherence_sha256", NULL };

/* A member, or one of an object's: "qemu version". */
static const json_t *find(const json_t *object, const char *path)
{
	const char *blank = strchr(path, ' ');
	char *name;

	if (!blank)
		return json_object_get(object, path);
	name = xasprintf("%.*s", (int)(blank - path), path);
	object = json_object_get(object, name);
	free(name);
	return json_object_get(object, blank + 1);
}

static size_t compare(FILE *out, const char *whose, const char *const *paths, const json_t *then,
		      const json_t *now)
{
	size_t differ = 0;

	for (; *paths; paths++) {
		const json_t *was = find(then, *paths), *is = find(now, *paths);
		char *was_text, *is_text;

		if (was && is && json_equal(was, is))
			continue;
		was_text = was ? json_plain(was) : xstrdup("not known");
		is_text = is ? json_plain(is) : xstrdup("not known");
		fprintf(out, "  %s %s was %s and is %s\n", whose, *paths, was_text, is_text);
		free(was_text);
		free(is_text);
		differ++;
	}
	return differ;
}

size_t digits_causes(FILE *out, const json_t *run, const json_t *identity)
{
	const json_t *then = json_object_get(run, "targets"), *now;
	const char *arch;
	size_t differ = compare(out, "simulated host's", of_faultline,
				json_object_get(run, "faultline"),
				json_object_get(identity, "faultline"));

	json_object_foreach (json_object_get(identity, "targets"), arch, now)
		differ += compare(out, arch, of_target, json_object_get(then, arch), now);
	return differ;
}

static char *difference(const char *path, const json_t *a, const json_t *b)
{
	const char *name;
	json_t *value;

	if (a && b && json_equal(a, b))
		return NULL;
	if (!json_is_object(a) || !json_is_object(b))
		return xstrdup(path);
	json_object_foreach ((json_t *)a, name, value) {
		char *full = xasprintf("%s%s%s", path, *path ? " " : "", name), *found;

		found = difference(full, value, json_object_get(b, name));
		free(full);
		if (found)
			return found;
	}
	return xasprintf("%s (a member more)", path);
}

static json_t *measured_of(const json_t *record)
{
	json_t *copy = json_copy((json_t *)record);

	json_object_del(copy, "series");
	json_object_del(copy, "id");
	json_object_del(copy, "wall");
	return copy;
}

char *digits_difference(const json_t *record, const json_t *other)
{
	json_t *a = measured_of(record), *b = measured_of(other);
	char *found = difference("", a, b);

	json_decref(a);
	json_decref(b);
	return found;
}
