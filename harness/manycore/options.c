// SPDX-License-Identifier: GPL-2.0-only
#include "options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Copies up to the next single comma. Returns what follows it, or NULL if text is too long. */
static const char *next_word(const char *text, char *word, size_t size)
{
	size_t length = 0;

	while (*text) {
		if (*text == ',' && *++text != ',')
			break;
		if (length + 1 >= size)
			return NULL;
		word[length++] = *text++;
	}
	word[length] = '\0';
	return text;
}

static int set_quantum(int64_t *quantum, const char *value)
{
	char *end;
	long number = strtol(value, &end, 10);

	if (*value < '0' || *value > '9' || *end || number < QUANTUM_MIN || number > QUANTUM_MAX)
		return -1;
	*quantum = number;
	return 0;
}

static int set_file(char *file, size_t size, const char *value)
{
	if (!*value || strlen(value) >= size)
		return -1;
	strcpy(file, value);
	return 0;
}

static int set(struct manycore_options *o, const char *name, const char *value)
{
	if (!strcmp(name, "quantum"))
		return set_quantum(&o->quantum, value);
	if (!strcmp(name, "boot_quantum"))
		return set_quantum(&o->boot_quantum, value);
	if (!strcmp(name, "control"))
		return set_file(o->control, sizeof(o->control), value);
	if (!strcmp(name, "status"))
		return set_file(o->status, sizeof(o->status), value);
	return -1;
}

int manycore_options_parse(const char *text, struct manycore_options *o, char *err, size_t err_size)
{
	char word[sizeof(o->control) + 16];

	*o = (struct manycore_options){ 0 };
	while (*text) {
		char *value;

		text = next_word(text, word, sizeof(word));
		value = text ? strchr(word, '=') : NULL;
		if (value)
			*value++ = '\0';
		if (!value || set(o, word, value)) {
			snprintf(err, err_size,
				 MANYCORE_ENVIRONMENT
				 ": cannot read '%.64s%s%.64s'; it takes quantum=%d..%d, "
				 "boot_quantum=%d..%d, control=FILE, status=FILE",
				 text ? word : "a word that long", value ? "=" : "",
				 value ? value : "", QUANTUM_MIN, QUANTUM_MAX, QUANTUM_MIN,
				 QUANTUM_MAX);
			return -1;
		}
	}
	if (!o->quantum || !o->boot_quantum || !*o->control || !*o->status) {
		snprintf(err, err_size,
			 MANYCORE_ENVIRONMENT
			 " must give quantum, boot_quantum, control and status; %s is missing",
			 !o->quantum	  ? "quantum" :
			 !o->boot_quantum ? "boot_quantum" :
			 !*o->control	  ? "control" :
					    "status");
		return -1;
	}
	return 0;
}
