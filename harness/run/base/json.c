// SPDX-License-Identifier: GPL-2.0-only
#include "json.h"

#include <stdlib.h>
#include <string.h>

#include "util.h"

const char *json_member(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

json_int_t json_number_of(const json_t *object, const char *name)
{
	return json_integer_value(json_object_get(object, name));
}

size_t utf8_bytes(const char *text)
{
	const size_t most = strnlen(text, 4);

	for (size_t n = 1; n <= most; n++) {
		json_t *character = json_stringn(text, n);

		json_decref(character);
		if (character)
			return n;
	}
	return 0;
}

bool is_utf8(const char *text)
{
	json_t *string = json_string(text);

	json_decref(string);
	return string;
}

json_t *json_of_text(const char *text)
{
	struct text mended;
	json_t *value;
	char *whole;
	FILE *out;

	if (!text)
		return json_null();
	out = text_open(&mended);
	while (*text) {
		size_t n = utf8_bytes(text);

		fprintf(out, "%.*s", n ? (int)n : 3, n ? text : "\xef\xbf\xbd");
		text += n ? n : 1;
	}
	whole = text_close(&mended);
	value = must_have(json_string(whole));
	free(whole);
	return value;
}

json_t *json_owned(char *owned)
{
	json_t *value = json_of_text(owned);

	free(owned);
	return value;
}

char *json_dump(const json_t *value, size_t layout)
{
	/* 15 digits bring every decimal back as it was written, 17 would show its binary error */
	const size_t flags = JSON_ENCODE_ANY | JSON_PRESERVE_ORDER | JSON_REAL_PRECISION(15);

	return must_have(json_dumps(value, flags | layout));
}

char *json_plain(const json_t *value)
{
	return json_is_string(value) ? xstrdup(json_string_value(value)) :
				       json_dump(value, JSON_COMPACT);
}
