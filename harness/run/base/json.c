// SPDX-License-Identifier: GPL-2.0-only
#include "json.h"

#include <stdlib.h>

#include "util.h"

const char *json_member(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

json_t *json_owned(char *owned)
{
	json_t *value = owned ? json_string(owned) : NULL;

	free(owned);
	return value ? value : json_null();
}

char *json_dump(const json_t *value, size_t layout)
{
	/* 15 digits bring every decimal back as it was written, 17 would show its binary error */
	const size_t flags = JSON_ENCODE_ANY | JSON_PRESERVE_ORDER | JSON_REAL_PRECISION(15);

	return must_have(json_dumps(value, flags | layout));
}
