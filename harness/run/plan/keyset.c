// SPDX-License-Identifier: GPL-2.0-only
#include "keyset.h"

#include <assert.h>

#include "../base/spawn.h"

static keyset bit(const struct key *key)
{
	return (keyset)1 << (key - point_keys);
}

keyset keyset_of(const char *name)
{
	return bit(point_key(name));
}

keyset keyset_of_role(enum key_role role)
{
	keyset keys = 0;

	for (size_t i = 0; i < point_keys_count; i++)
		if (point_keys[i].role == role)
			keys |= bit(&point_keys[i]);
	return keys;
}

keyset keyset_identity(void)
{
	keyset keys = 0;

	assert(point_keys_count <= 8 * sizeof(keyset));
	for (size_t i = 0; i < point_keys_count; i++)
		if (point_keys[i].kind != KEY_CPU_LIST)
			keys |= bit(&point_keys[i]);
	return keys;
}

keyset keyset_followed(const struct key *key)
{
	keyset keys = 0;

	for (size_t i = 0; i < sizeof(key->follows) / sizeof(key->follows[0]); i++)
		if (key->follows[i])
			keys |= keyset_of(key->follows[i]);
	return keys;
}

int points_compare(const struct point *a, const struct point *b, keyset keys)
{
	int order = 0;

	for (size_t i = 0; i < point_keys_count && !order; i++)
		if (keyset_has(keys, i))
			order = point_key_compare(a, b, &point_keys[i]);
	return order;
}

void point_words(const struct point *p, keyset keys, struct strings *words)
{
	for (size_t i = 0; i < point_keys_count; i++) {
		const struct key *key = &point_keys[i];
		char value[sizeof(p->vcpu_cpus)];

		if (!keyset_has(keys, i))
			continue;
		point_get(p, key, value, sizeof(value));
		if (*value || key->kind != KEY_CPU_LIST)
			strings_add(words, xasprintf("%s=%s", key->name, value));
	}
}

char *point_text(const struct point *p, keyset keys)
{
	struct strings words = { 0 };
	char *text;

	point_words(p, keys, &words);
	text = words.n ? shell_quote(words.v) : xstrdup("");
	strings_free(&words);
	return text;
}
