// SPDX-License-Identifier: GPL-2.0-only
/* The same delay for every page, whatever else is being fetched: "30us". */
#include "duration.h"
#include "fetch_models.h"
#include "time_units.h"

/* The one number: ns in a spec, ticks in a source. */
static int parse(const char *text, uint64_t *numbers)
{
	return duration_parse(text, &numbers[0]);
}

static void format(const uint64_t *numbers, char *buf, size_t size)
{
	duration_format(numbers[0], buf, size);
}

static void start(const uint64_t *numbers, uint64_t ticks_hz, struct fetch_source *source)
{
	source->numbers[0] = ticks_of_ns(numbers[0], ticks_hz);
}

static uint64_t deadline(struct fetch_source *source, uint64_t start_ticks)
{
	return start_ticks + source->numbers[0];
}

const struct fetch_model fetch_delay = {
	.values = "0 or a duration of up to a minute, such as 30us",
	.pattern = "0|[0-9]+(s|ms|us|ns)",
	.parse = parse,
	.format = format,
	.start = start,
	.deadline = deadline,
};
