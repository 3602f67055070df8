// SPDX-License-Identifier: GPL-2.0-only
#include "record.h"

#include <stdlib.h>
#include <string.h>

#include "../base/json.h"

static json_t *key_value(const struct point *p, const struct key *key)
{
	char text[512];

	point_get(p, key, text, sizeof(text));
	if (point_key_is_number(key))
		return json_integer((json_int_t)strtoull(text, NULL, 10));
	return json_string(text);
}

/* Whether every key of the record is as asked for. */
static int check_keys(const json_t *record, const struct point *p)
{
	for (size_t i = 0; i < point_keys_count; i++) {
		const char *name = point_keys[i].name;
		json_t *asked = key_value(p, &point_keys[i]);
		bool same = json_equal(asked, json_object_get(record, name));

		json_decref(asked);
		if (!same)
			return error("the record is of another point: its %s is not as asked for",
				     name);
	}
	return 0;
}

json_t *record_parse(const char *text, const struct point *p)
{
	char *line = last_line(text); /* a VM may have written an empty line first */
	json_error_t cause;
	json_t *record = json_loads(line, 0, &cause);
	const char *status = record_status(record);

	free(line);
	if (!record) {
		error("the record is cut short or no JSON: %s", cause.text);
		return NULL;
	}
	if (json_number_of(record, "schema") != SCHEMA_VERSION)
		error("the record is not of schema %d; build anew: make", SCHEMA_VERSION);
	else if (strcmp(status, "ok") && strcmp(status, "failed") && strcmp(status, "skipped"))
		error("the record has no known status");
	else if (!check_keys(record, p))
		return record;
	json_decref(record);
	return NULL;
}

json_t *record_failed(const struct point *p, const char *reason)
{
	json_t *record = json_object(), *text = json_string(reason);

	json_object_set_new(record, "schema", json_integer(SCHEMA_VERSION));
	for (size_t i = 0; i < point_keys_count; i++)
		json_object_set_new(record, point_keys[i].name, key_value(p, &point_keys[i]));
	json_object_set_new(record, "status", json_string("failed"));
	json_object_set_new(record, "reason",
			    text ? text : json_string("what it wrote is not UTF-8; see the log"));
	return record;
}

void record_finish(json_t *record, const char *series, const char *id, json_t *wall)
{
	json_object_set_new(record, "series", json_string(series));
	json_object_set_new(record, "id", json_string(id));
	json_object_set_new(record, "wall", wall);
}

char *record_dump(const json_t *record)
{
	return json_dump(record, JSON_COMPACT);
}

static const char *text_of(const json_t *record, const char *name)
{
	const char *text = json_member(record, name);

	return text ? text : "";
}

const char *record_status(const json_t *record)
{
	return text_of(record, "status");
}

const char *record_reason(const json_t *record)
{
	return text_of(record, "reason");
}
