/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sweep files:
 *
 *   [sweep]
 *   summary = one line about what it shows
 *   [search]              (optional) the rest is a start from which the best values are looked for
 *   keys = readers        of these keys
 *   [defaults]            (optional) keys of every series
 *   vcpus = 1..512*2
 *   [any other name]      a series, its name is the legend's label
 *   mode = uffd           keys of a point, or one of those below; lists make a cross product
 *
 * in UTF-8, with comments from ; or # to the end of the line; see also lines.h.
 */
#ifndef FAULTLINE_SWEEP_H
#define FAULTLINE_SWEEP_H

#include "../base/util.h"
#include "keyset.h"

/*
 * A point in the making: its keys, and what a sweep may say in place of some of them. 0: it does
 * not. pages_total, in place of pages: pages in all, split among the vCPUs. cpus_max, in place of
 * cpus: as many simulated CPUs as vCPUs, but at most this. readers_apart=1 adds one for each
 * handler thread to those, up to the same most; 0 does not.
 */
struct draft {
	struct point point;
	unsigned int pages_total, cpus_max, readers_apart;
	bool is_repeated; /* as often as the sweep or the command line says, whatever the tier */
};

/* Sets one of all these keys from text. Returns 0, or -1 after error(). */
int draft_set(struct draft *draft, const char *name, const char *value);

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
	keyset searched; /* keys whose best values are looked for; 0: none */
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

/* The section's key of that name, or else one that says the same in another way; or NULL. */
const struct sweep_key *section_find(const struct section *section, const char *name);

/* Gives a key values from a list in text, in place of what section_find() finds. Returns 0 or -1. */
int section_set(struct section *section, const char *name, const char *text);

/*
 * Sets the elements of chosen that a list of values of a key names ("all" architectures).
 * Returns 0, or -1 after error().
 */
int sweep_choices(const char *name, const char *text, bool *chosen);

/*
 * Reads a sweep by name from $root/bench/sweeps, or by path when name holds a slash or ends in
 * .ini. Returns 0, or -1 after error(), which lists the known names where name is none.
 */
int sweep_load(struct sweep *sweep, const char *root, const char *name);

/* The name of its file without folder and .ini, fit for a folder's name. Caller frees. */
char *sweep_label(const struct sweep *sweep);

/* The names of the sweeps that come with faultline, sorted. */
void sweep_names(const char *root, struct strings *names);

#endif
