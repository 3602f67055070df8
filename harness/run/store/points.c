// SPDX-License-Identifier: GPL-2.0-only
#include "points.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../../mode.h"
#include "../base/file.h"
#include "../base/util.h"
#include "record.h"
#include "../base/json.h"

/*
 * Sets a key from the record's value. What says which point it is has to be there, but for what says
 * something of few points only: records from before there was such a key have none of those.
 */
static int take_key(struct record *record, const struct key *key)
{
	const json_t *value = json_object_get(record->json, key->name);
	char number[32];

	if (json_is_string(value))
		return point_set(&record->point, key->name, json_string_value(value));
	if (json_is_integer(value)) {
		snprintf(number, sizeof(number), "%lld", (long long)json_integer_value(value));
		return point_set(&record->point, key->name, number);
	}
	if (value ||
	    (key->role == ROLE_MECHANISM && !key->applies && point_knows(&record->point, key)) ||
	    !strcmp(key->name, "vcpus"))
		return error("its %s is %s", key->name, value ? "no text or number" : "missing");
	return 0;
}

int record_init(struct record *record, json_t *json)
{
	const char *series = json_member(json, "series");
	int failed = 0;

	*record = (struct record){
		.json = json,
		.status = record_status(json),
		.reason = record_reason(json),
	};
	point_defaults(&record->point);
	/* So was measured what is older than the keys. */
	record->point.seconds = 0;
	record->point.grain = GRAIN_4K;
	for (size_t i = 0; i < point_keys_count && !failed; i++)
		failed = take_key(record, &point_keys[i]);
	record->series = series ? series : mode_names[record->point.mode];
	if (!failed && !*record->status)
		failed = error("it has no status");
	if (failed)
		json_decref(json);
	return failed;
}

static int read_line(struct records *records, const char *line, int number)
{
	json_error_t cause;
	json_t *json = json_loads(line, 0, &cause);

	if (!json)
		return error("%s", cause.text);
	records->v = xreallocarray(records->v, records->n + 1, sizeof(*records->v));
	if (record_init(&records->v[records->n], json))
		return -1;
	records->v[records->n++].line = number;
	return 0;
}

int records_read(struct records *records, const char *dir)
{
	char *path = xasprintf("%s/points.jsonl", dir), *text = file_read_exact(path), *end;
	int failed = 0, number = 1;

	*records = (struct records){ 0 };
	if (!text)
		failed = error("cannot read %s: %s; is this the folder of a run?", path,
			       strerror(errno));
	for (char *line = text; !failed && (end = strchr(line, '\n')); line = end + 1, number++) {
		*end = '\0';
		if (read_line(records, line, number))
			failed = error("%s:%d: not a record of a point (%s); remove the line, then "
				       "resume the run",
				       path, number, error_text());
	}
	if (failed)
		records_free(records);
	free(text);
	free(path);
	return failed;
}

bool record_is_ok(const struct record *record)
{
	return !strcmp(record->status, "ok");
}

bool record_is_settled(const struct record *record)
{
	return record_is_ok(record) || !strcmp(record->status, "skipped");
}

void records_free(struct records *records)
{
	for (size_t i = 0; i < records->n; i++)
		json_decref(records->v[i].json);
	free(records->v);
	*records = (struct records){ 0 };
}
