/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What commands share: a table from which a command's options are read and its --help is
 * printed, and the exit code of what failed.
 */
#ifndef FAULTLINE_COMMAND_LINE_H
#define FAULTLINE_COMMAND_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "../../tier.h"

struct option_row;

/*
 * Reads a value (NULL: none was given) into a field of the command's struct, of a type that
 * fits. Returns 0, or -1 after error().
 */
typedef int option_reader(const struct option_row *row, const char *text, void *field);

struct option_row {
	const char *name;
	const char *value; /* as --help calls it; "[=DIR]": may be left out; NULL: there is none */
	const char *help; /* lines */
	option_reader *take;
	size_t offset; /* of the field */
	unsigned int max; /* for take_number() */
};

struct command_line {
	const char *usage; /* what --help says before the options */
	const struct option_row *rows; /* without --help; the last one has no name */
	const char *exit_codes; /* and after them */
};

/*
 * Reads the options into *fields; the other words stand from argv[optind] on then. *given, unless
 * it is NULL, gets a bit for each row that was there. Returns -1 when the command is to go ahead,
 * or the exit code to end with: after --help, or after a message about what is wrong.
 */
int options_parse(const struct command_line *line, int argc, char **argv, void *fields,
		  unsigned int *given);

/* For commands without any. */
int options_refuse(const char *usage, int argc, char **argv);

option_reader take_flag; /* bool */
option_reader take_text; /* const char * */
option_reader take_number; /* unsigned int, from 1 */
option_reader take_key; /* a key of points: as there */
option_reader take_arches; /* bool[ARCH_COUNT] */
option_reader take_placement; /* enum placement */

/* Of --png, a take_flag(); of --point-timeout, a take_number(). */
#define PNG_HELP "draws the plots as PNG too, for a slide or a wiki"
#define TIMEOUT_HELP \
	"seconds after which a point has failed (300, and more the\nlonger it should take)"
#define TIMEOUT_MAX_S 86400

/*
 * Prints the message of what failed and returns the exit code for that: code, unless failed is
 * INTERRUPTED.
 */
int exit_failed(int failed, int code);

/*
 * What --check prints for who is to make sure that there is all they take: "arches", of ARCH_COUNT
 * elements, and "native" where the tier measures this machine's own kernel.
 */
void print_needs(const bool *arches, enum tier tier);

#endif
