// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writes a JSON schema of results/schema/ with what it says of the keys of a point and of tiers
 * made from their tables: `make schema`. All else in the file is written by hand, and stays.
 */
#include <stdlib.h>
#include <string.h>

#include "../harness/keys.h"
#include "../harness/run/base/json.h"
#include "../harness/run/base/util.h"

/* "auto" is resolved, and never recorded. */
static json_t *choices(const struct key *key)
{
	json_t *names = json_array();

	for (size_t i = 0; key->range.names[i]; i++)
		if (strcmp(key->range.names[i], "auto"))
			json_array_append_new(names, json_string(key->range.names[i]));
	return json_pack("{s:o}", "enum", names);
}

static json_t *key_schema(const struct key *key)
{
	char pattern[512];
	json_t *schema;

	if (point_key_is_number(key))
		schema = json_pack("{s:s, s:I, s:I}", "type", "integer", "minimum",
				   (json_int_t)key->range.min, "maximum",
				   (json_int_t)key->range.max);
	else if (key->kind == KEY_CHOICE)
		schema = choices(key);
	else if (key->kind == KEY_CPU_LIST)
		schema = json_pack("{s:s}", "$ref", "#/$defs/cpu_list");
	else
		schema = json_pack("{s:s, s:s}", "type", "string", "pattern",
				   fetch_spec_pattern(pattern, sizeof(pattern)));
	json_object_set_new(schema, "description", json_string(key->help));
	return schema;
}

/* The members of properties with the keys' anew; where a record is described, after "schema". */
static json_t *properties_with_keys(const json_t *properties)
{
	bool is_record = json_object_get(properties, "id");
	json_t *all = json_object(), *property;
	const char *name;

	json_object_foreach ((json_t *)properties, name, property) {
		const struct key *key = point_key(name);

		if (!key)
			json_object_set(all, name, property);
		else if (!is_record)
			json_object_set_new(all, name, key_schema(key));
		for (size_t i = 0; is_record && !strcmp(name, "schema") && i < point_keys_count;
		     i++)
			json_object_set_new(all, point_keys[i].name, key_schema(&point_keys[i]));
	}
	return all;
}

/* What a record must have: every key, after "schema". */
static json_t *required_with_keys(const json_t *required)
{
	json_t *all = json_array();
	const json_t *name;
	size_t i;

	json_array_foreach (required, i, name) {
		if (!point_key(json_string_value(name)))
			json_array_append(all, (json_t *)name);
		for (size_t k = 0; !i && k < point_keys_count; k++)
			json_array_append_new(all, json_string(point_keys[k].name));
	}
	return all;
}

static json_t *timed_tiers(void)
{
	json_t *names = json_array();

	for (enum tier tier = TIER_AUTO + 1; tier < TIER_COUNT; tier++)
		if (tier_kinds[tier].is_timed)
			json_array_append_new(names, json_string(tier_kinds[tier].name));
	return json_pack("{s:o}", "enum", names);
}

/* Conditions that name a tier are for what is told of times. */
static void set_timed_tiers(json_t *rules)
{
	json_t *rule;
	size_t i;

	json_array_foreach (rules, i, rule) {
		json_t *properties = json_object_get(json_object_get(rule, "if"), "properties");

		if (json_object_get(properties, "tier"))
			json_object_set_new(properties, "tier", timed_tiers());
	}
}

/* As json_dump() has it, but indented by tabs. */
static void print(const json_t *schema)
{
	char *text = json_dump(schema, JSON_INDENT(1));

	for (char *line = text, *rest; line; line = rest) {
		rest = strchr(line, '\n');
		if (rest)
			*rest++ = '\0';
		for (; *line == ' '; line++)
			putchar('\t');
		puts(line);
	}
	free(text);
}

int main(int argc, char **argv)
{
	json_error_t cause;
	json_t *schema = argc == 2 ? json_load_file(argv[1], 0, &cause) : NULL;
	json_t *properties = json_object_get(schema, "properties");

	if (!json_is_object(properties)) {
		complain("usage: schema FILE, a JSON schema (make schema)");
		return EXIT_USAGE;
	}
	if (json_object_get(properties, "id"))
		json_object_set_new(schema, "required",
				    required_with_keys(json_object_get(schema, "required")));
	json_object_set_new(schema, "properties", properties_with_keys(properties));
	set_timed_tiers(json_object_get(schema, "allOf"));
	print(schema);
	json_decref(schema);
	return EXIT_FINE;
}
