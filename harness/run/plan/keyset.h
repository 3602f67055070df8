/* SPDX-License-Identifier: GPL-2.0-only */
/* Sets of the keys of a point, and points seen through one: compared, or written as words. */
#ifndef FAULTLINE_KEYSET_H
#define FAULTLINE_KEYSET_H

#include <stdint.h>

#include "../../keys.h"
#include "../base/util.h"

typedef uint64_t keyset; /* bit i stands for point_keys[i] */

#define KEYSET_ALL (~(keyset)0)

/* The set of one key, which must be there. */
keyset keyset_of(const char *name);

keyset keyset_of_role(enum key_role role);

/* All keys that say what is measured: not on which CPUs. Points that agree in these are the same. */
keyset keyset_identity(void);

/* The keys that this one may follow from. */
keyset keyset_followed(const struct key *key);

/* For loops: whether point_keys[index] is one of the set. */
static inline bool keyset_has(keyset keys, size_t index)
{
	return keys >> index & 1;
}

/* <0, 0 or >0 as a stands before b: by the first key of point_keys[] in which they differ. */
int points_compare(const struct point *a, const struct point *b, keyset keys);

/* Adds KEY=VALUE for each key of the set, but no empty CPU list. */
void point_words(const struct point *p, keyset keys, struct strings *words);

/* The same as one text, quoted for a shell where it must be. Caller frees. */
char *point_text(const struct point *p, keyset keys);

#endif
