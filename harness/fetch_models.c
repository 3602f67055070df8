// SPDX-License-Identifier: GPL-2.0-only
#include "fetch_models.h"

#include <stdio.h>

#include "time_units.h"

#define FETCH_MODEL(symbol) extern const struct fetch_model fetch_##symbol;
FETCH_MODELS
#undef FETCH_MODEL

#define FETCH_MODEL(symbol) &fetch_##symbol,
const struct fetch_model *const fetch_models[] = { FETCH_MODELS };
#undef FETCH_MODEL

#define MODELS (sizeof(fetch_models) / sizeof(fetch_models[0]))

int fetch_spec_parse(const char *text, struct fetch_spec *spec)
{
	for (unsigned int i = 0; i < MODELS; i++) {
		struct fetch_spec parsed = { .model = i };

		if (fetch_models[i]->parse(text, parsed.numbers))
			continue;
		*spec = parsed;
		return 0;
	}
	return -1;
}

const char *fetch_spec_format(const struct fetch_spec *spec, char *buf, size_t size)
{
	fetch_models[spec->model]->format(spec->numbers, buf, size);
	return buf;
}

uint64_t fetch_spec_ns(const struct fetch_spec *spec)
{
	const struct fetch_model *model = fetch_models[spec->model];
	struct fetch_source source;

	model->start(spec->numbers, NS_PER_S, &source);
	return model->deadline(&source, 0);
}

int fetch_spec_compare(const struct fetch_spec *a, const struct fetch_spec *b)
{
	int order = (a->model > b->model) - (a->model < b->model);

	for (size_t i = 0; i < FETCH_NUMBERS && !order; i++)
		order = (a->numbers[i] > b->numbers[i]) - (a->numbers[i] < b->numbers[i]);
	return order;
}

const char *fetch_spec_values(char *buf, size_t size)
{
	size_t n = 0;

	for (unsigned int i = 0; i < MODELS && n < size; i++)
		n += snprintf(buf + n, size - n, "%s%s", i ? ", or " : "", fetch_models[i]->values);
	return buf;
}

const char *fetch_spec_pattern(char *buf, size_t size)
{
	size_t n = snprintf(buf, size, "^(");

	for (unsigned int i = 0; i < MODELS && n < size; i++)
		n += snprintf(buf + n, size - n, "%s%s", i ? "|" : "", fetch_models[i]->pattern);
	if (n < size)
		snprintf(buf + n, size - n, ")$");
	return buf;
}
