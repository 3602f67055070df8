/* SPDX-License-Identifier: GPL-2.0-only */
/* What jansson leaves to do for those who write JSON. */
#ifndef FAULTLINE_JSON_H
#define FAULTLINE_JSON_H

#include <jansson.h>

/* The text of a member, or NULL. */
const char *json_member(const json_t *object, const char *name);

/* A string, or null for NULL and for what is not UTF-8. Frees it. New reference. */
json_t *json_owned(char *owned);

/*
 * The text of any value, with members in the order in which they were set and numbers as they
 * were written; layout: JSON_COMPACT or JSON_INDENT(). Caller frees.
 */
char *json_dump(const json_t *value, size_t layout);

#endif
