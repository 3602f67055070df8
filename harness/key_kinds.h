/* SPDX-License-Identifier: GPL-2.0-only */
/* How the values of keys look, by kind. For keys.c; others go by its functions. */
#ifndef FAULTLINE_KEY_KINDS_H
#define FAULTLINE_KEY_KINDS_H

#include "keys.h"

/* field: the key's in a point. */
struct key_kind_ops {
	/* Writes what text set() takes, for messages. */
	void (*values)(const struct key *key, char *buf, size_t size);
	/* Returns 0, or -1 when the text is not valid. */
	int (*set)(void *field, const struct key *key, const char *text);
	/* Writes the value as set() would read it. */
	void (*get)(const void *field, const struct key *key, char *buf, size_t size);
	/* <0, 0 or >0 as a stands before b. */
	int (*compare)(const void *a, const void *b);
	bool is_number; /* so do records have it */
};

/* Indexed by enum key_kind. */
extern const struct key_kind_ops key_kinds[];

#endif
