/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sweep files:
 *
 *   [sweep]
 *   summary = one line about what it shows
 *   [defaults]            (optional) keys of every series
 *   vcpus = 1..512*2
 *   [any other name]      a series, its name is the legend's label
 *   mode = uffd           keys of a point, or one of those below; lists make a cross product
 */
#ifndef FAULTLINE_SWEEP_H
#define FAULTLINE_SWEEP_H

#include "../base/util.h"

/*
 * Not a key of a point: pages in all, split among the vCPUs. At least PAGES_EACH_MIN each, and in
 * native tiers PAGES_EACH_MIN_NATIVE: there the start of hundreds of threads takes longer than a
 * few pages, and would be what is measured.
 */
#define KEY_PAGES_TOTAL "pages_total"
#define PAGES_EACH_MIN 16
#define PAGES_EACH_MIN_NATIVE 256

/* Not one either: simulated CPUs, as many as vCPUs but at most this. */
#define KEY_CPUS_MAX "cpus_max"

/* Nor this: 1 adds a simulated CPU for each handler thread to those, up to the same most. */
#define KEY_READERS_APART "readers_apart"

struct sweep_key {
	char *name;
	struct strings values;
};

struct section {
	char *name;
	int line; /* of its header */
	struct sweep_key *keys;
	size_t keys_count;
};

struct sweep {
	char *file; /* for messages */
	char *text; /* all of the file */
	char *summary;
	struct section defaults;
	struct section *series;
	size_t series_count;
};

/*
 * Reads a sweep. Every key and value is checked by itself; messages begin with
 * "file:line:". Returns 0 or -1.
 */
int sweep_parse(struct sweep *sweep, const char *file, const char *text);

void sweep_free(struct sweep *sweep);

/* The section's key, or NULL. */
const struct sweep_key *section_key(const struct section *section, const char *name);

/* The key that cannot stand beside this one, since it says the same in another way, or NULL. */
const char *sweep_exclusive_key(const char *name);

void section_free(struct section *section);

/* Gives a key new values from a list in text, whether or not it was there. Returns 0 or -1. */
int section_set(struct section *section, const char *name, const char *text);

/*
 * Finds a sweep by name in $root/bench/sweeps, or by path when name holds a
 * slash or ends in .ini. Returns the path, or NULL with a message that lists the
 * known names. Caller frees.
 */
char *sweep_find(const char *root, const char *name);

/* The names of the sweeps that come with faultline, sorted. */
void sweep_names(const char *root, struct strings *names);

#endif
