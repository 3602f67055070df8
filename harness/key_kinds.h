/* SPDX-License-Identifier: GPL-2.0-only */
/* Kinds of keys: how their values look, are kept and are compared. */
#ifndef FAULTLINE_KEY_KINDS_H
#define FAULTLINE_KEY_KINDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fetch_models.h"

#define PER_VCPU 0 /* value of a KEY_COUNT: as many as vCPUs */
#define CPU_LIST_SIZE 512 /* of the field of a KEY_CPU_LIST */

/* How the values of a key look. */
enum key_kind {
	KEY_CHOICE, /* one of names */
	KEY_NUMBER, /* min..max */
	KEY_COUNT, /* the same, or "per-vcpu" */
	KEY_FETCH, /* of one of the models in fetch_models.h */
	KEY_SEED, /* min..max, 64 bits */
	KEY_CPU_LIST,
};

/* What a key takes of its kind. */
struct key_range {
	uint64_t min, max;
	const char *const *names; /* NULL-terminated; "auto" is resolved, and never recorded */
};

/* field: the key's in a point. */
struct key_kind_ops {
	/* Writes what text set() takes, for messages. */
	void (*values)(const struct key_range *range, char *buf, size_t size);
	/* Returns 0, or -1 when the text is not valid. */
	int (*set)(void *field, const struct key_range *range, const char *text);
	/* Writes the value as set() would read it. */
	void (*get)(const void *field, const struct key_range *range, char *buf, size_t size);
	/* <0, 0 or >0 as a stands before b. */
	int (*compare)(const void *a, const void *b);
	bool is_number; /* so do records have it */
};

/* Indexed by enum key_kind. */
extern const struct key_kind_ops key_kinds[];

/* Decimal digits only, min..max inclusive. Returns 0 or -1. */
int number_parse(const char *text, uint64_t min, uint64_t max, uint64_t *value);

/*
 * Finds entry index, counted from 0, of a CPU list such as "0,2-5". Returns how many
 * entries there are, 0 if it is no list; sets *cpu if index is below that.
 */
unsigned int cpu_list_pick(const char *list, unsigned int index, unsigned int *cpu);

/* The CPU of thread number index where threads take those of a list in turn. False if it is none. */
bool cpu_list_in_turn(const char *list, unsigned int index, unsigned int *cpu);

#endif
