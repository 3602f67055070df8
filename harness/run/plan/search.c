// SPDX-License-Identifier: GPL-2.0-only
#include "search.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "values.h"

/* The mode is none: another one is another question. */
static bool can_be_searched(const struct key *key)
{
	return key && key->role == ROLE_MECHANISM && strcmp(key->name, "mode");
}

int search_keys_parse(const char *text, keyset *keys)
{
	struct strings names;
	int failed = values_expand(text, &names);

	for (size_t i = 0; !failed && i < names.n; i++) {
		const char *name = names.v[i];

		if (can_be_searched(point_key(name))) {
			*keys |= keyset_of(name);
			continue;
		}
		failed = error("'%s' is no key that can be searched; such are:", name);
		for (size_t k = 0; k < point_keys_count; k++)
			if (can_be_searched(&point_keys[k]))
				error("%s %s", error_text(), point_keys[k].name);
	}
	strings_free(&names);
	return failed;
}

keyset search_choices(keyset keys)
{
	keyset choices = 0;

	for (size_t i = 0; i < point_keys_count; i++)
		if (keyset_has(keys, i) && point_keys[i].kind == KEY_CHOICE)
			choices |= keyset_of(point_keys[i].name);
	return choices;
}

/* "8 uffds", "1 uffd"; "uffd per vCPU", so that it has one name at all vCPU counts. */
static void print_count(FILE *out, const struct point *p, const struct key *key)
{
	unsigned int count = point_unsigned(p, key);
	int singular = (int)strlen(key->name) - 1;

	if (count == p->vcpus && count > 1)
		fprintf(out, "%.*s per vCPU", singular, key->name);
	else
		fprintf(out, "%u %.*s", count, singular + (count > 1), key->name);
}

char *search_name(const struct point *p, keyset keys)
{
	const char *separator = "";
	struct text text;

	text_open(&text);
	for (size_t i = 0; i < point_keys_count; i++) {
		const struct key *key = &point_keys[i];

		if (!keyset_has(keys, i))
			continue;
		fputs(separator, text.out);
		if (key->kind == KEY_COUNT)
			print_count(text.out, p, key);
		else
			fputs(key->range.names[point_unsigned(p, key)], text.out);
		separator = ", ";
	}
	return text_close(&text);
}

enum direction { DOWN, UP };

/* The next one among the powers of two below most, and most; itself where there is none. */
static unsigned int next_count(unsigned int count, unsigned int most, enum direction direction)
{
	unsigned int below = 1, above = 1;

	while (above <= count)
		above *= 2;
	while (below * 2 < count)
		below *= 2;
	if (direction == DOWN)
		return below;
	return above < most ? above : count < most ? most : count;
}

static void set(struct point *p, const struct key *key, unsigned int value)
{
	char number[16];

	snprintf(number, sizeof(number), "%u", value);
	point_set(p, key->name, key->kind == KEY_CHOICE ? key->range.names[value] : number);
}

/* Moves the counts of the set. Returns whether all of them did. */
static bool move_counts(struct point *p, keyset counts, enum direction direction)
{
	bool moved = true;

	for (size_t i = 0; i < point_keys_count; i++) {
		unsigned int count, next;

		if (!keyset_has(counts, i))
			continue;
		count = point_unsigned(p, &point_keys[i]);
		next = next_count(count, p->vcpus, direction);
		set(p, &point_keys[i], next);
		moved &= next != count;
	}
	return moved;
}

static void add(struct points *points, const struct point *p)
{
	points->v = xreallocarray(points->v, points->n + 1, sizeof(*points->v));
	points->v[points->n++] = *p;
}

static void add_moved(struct points *points, const struct point *from, keyset counts)
{
	for (enum direction direction = DOWN; direction <= UP; direction++) {
		struct point p = *from;

		if (move_counts(&p, counts, direction))
			add(points, &p);
	}
}

struct points search_neighbours(const struct point *p, keyset keys)
{
	struct points points = { 0 };
	keyset counts = keys & ~search_choices(keys);

	for (size_t i = 0; i < point_keys_count; i++) {
		const struct key *key = &point_keys[i];

		if (!keyset_has(keys, i))
			continue;
		if (key->kind == KEY_COUNT) {
			add_moved(&points, p, keyset_of(key->name));
			continue;
		}
		for (unsigned int value = 0; key->range.names[value]; value++) {
			struct point other = *p;

			set(&other, key, value);
			if (value != point_unsigned(p, key))
				add(&points, &other);
		}
	}
	if (counts & (counts - 1))
		add_moved(&points, p, counts);
	return points;
}
