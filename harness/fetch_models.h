/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A fetch model says how long it takes until the content of a missing page has come. To add
 * one: a file fetch_NAME.c with its struct fetch_model, and a line in the table below. Used by
 * both programs, so libc only.
 */
#ifndef FAULTLINE_FETCH_MODELS_H
#define FAULTLINE_FETCH_MODELS_H

#include <stddef.h>
#include <stdint.h>

/* FETCH_MODEL(symbol): of two that take the same text, the first has it. */
#define FETCH_MODELS FETCH_MODEL(delay)

#define FETCH_NUMBERS 4 /* that a model has room for */

/* Fetches as a point asks for them: a value of the key "fetch". */
struct fetch_spec {
	unsigned int model; /* index into the table */
	uint64_t numbers[FETCH_NUMBERS]; /* what is in the text, as the model keeps it */
};

/*
 * A model at work, for any number of threads: what deadline() goes by. A model that changes it
 * there does so by __atomic built-ins.
 */
struct fetch_source {
	uint64_t numbers[FETCH_NUMBERS];
};

struct fetch_model {
	const char *values; /* what text it takes, for messages */
	const char *pattern; /* a regular expression for what format() writes, for schemas */
	/* Sets the numbers from text. Returns 0, or -1 when it is not of this model. */
	int (*parse)(const char *text, uint64_t *numbers);
	/* Writes them as parse() would read them: for the same numbers always the same text. */
	void (*format)(const uint64_t *numbers, char *buf, size_t size);
	/* Prepares a source in which nothing has been asked for. ticks_hz: ticks in a second. */
	void (*start)(const uint64_t *numbers, uint64_t ticks_hz, struct fetch_source *source);
	/* When a page that is asked for at start_ticks has come. */
	uint64_t (*deadline)(struct fetch_source *source, uint64_t start_ticks);
};

extern const struct fetch_model *const fetch_models[]; /* in the order of the table */

/* Text to spec. Returns 0, or -1 when no model takes it. */
int fetch_spec_parse(const char *text, struct fetch_spec *spec);

/* What the fetch of a page takes that nobody else waits for, in ns. */
uint64_t fetch_spec_ns(const struct fetch_spec *spec);

/* Writes a spec as fetch_spec_parse() would read it. Returns buf. */
const char *fetch_spec_format(const struct fetch_spec *spec, char *buf, size_t size);

/* <0, 0 or >0 as a stands before b: by model, then by its numbers. */
int fetch_spec_compare(const struct fetch_spec *a, const struct fetch_spec *b);

/* Writes a regular expression for what fetch_spec_format() writes. Returns buf. */
const char *fetch_spec_pattern(char *buf, size_t size);

/* Writes what fetch_spec_parse() takes, for messages. Returns buf. */
const char *fetch_spec_values(char *buf, size_t size);

#endif
