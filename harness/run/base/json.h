/* SPDX-License-Identifier: GPL-2.0-only */
/* What jansson leaves to do for those who write JSON. */
#ifndef FAULTLINE_JSON_H
#define FAULTLINE_JSON_H

#include <jansson.h>
#include <stdbool.h>

/* The text of a member, or NULL. */
const char *json_member(const json_t *object, const char *name);

/* The whole number of a member, or 0. */
json_int_t json_number_of(const json_t *object, const char *name);

/* Bytes of the UTF-8 character that text begins with; 0 when there is none. */
size_t utf8_bytes(const char *text);
bool is_utf8(const char *text);

/*
 * A string, or null for NULL. In names of files, any byte may stand: what is no UTF-8 becomes
 * U+FFFD. json_owned() frees it. New reference.
 */
json_t *json_of_text(const char *text);
json_t *json_owned(char *owned);

/*
 * The text of any value, with members in the order in which they were set and numbers as they
 * were written; layout: JSON_COMPACT or JSON_INDENT(). Caller frees.
 */
char *json_dump(const json_t *value, size_t layout);

/* A string as it is, of any other value its JSON. Caller frees. */
char *json_plain(const json_t *value);

#endif
