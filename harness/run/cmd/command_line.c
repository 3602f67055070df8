// SPDX-License-Identifier: GPL-2.0-only
#include "command_line.h"

#include <getopt.h>
#include <string.h>

#include "../measure/tier_choice.h"

#define ROWS_MAX 30
#define HELP_COLUMN 25

int take_flag(const struct option_row *row, const char *text, void *field)
{
	(void)row;
	(void)text;
	*(bool *)field = true;
	return 0;
}

int take_text(const struct option_row *row, const char *text, void *field)
{
	(void)row;
	*(const char **)field = text;
	return 0;
}

int take_number(const struct option_row *row, const char *text, void *field)
{
	uint64_t value;

	if (number_parse(text, 1, row->max, &value))
		return error("--%s '%s' is not valid; use a number from 1 to %u", row->name, text,
			     row->max);
	*(unsigned int *)field = (unsigned int)value;
	return 0;
}

int take_key(const struct option_row *row, const char *text, void *field)
{
	const struct key *key = point_key(row->name);
	struct point holder = { 0 };

	if (point_set(&holder, row->name, text))
		return error("--%s: %s", row->name, error_text());
	memcpy(field, (const char *)&holder + key->offset,
	       key->kind == KEY_SEED ? sizeof(holder.seed) : sizeof(holder.tier));
	return 0;
}

int take_arches(const struct option_row *row, const char *text, void *field)
{
	return sweep_choices(row->name, text, field);
}

int take_placement(const struct option_row *row, const char *text, void *field)
{
	return placement_parse(text, field) ? error("--%s '%s' is not valid; use one of %s",
						    row->name, text, PLACEMENT_VALUES) :
					      0;
}

int exit_failed(int failed, int code)
{
	complain_error();
	return failed == INTERRUPTED ? EXIT_INTERRUPTED : code;
}

void print_needs(const bool *arches, enum tier tier)
{
	fputs("arches", stdout);
	for (enum arch arch = 0; arch < ARCH_COUNT; arch++)
		if (arches[arch])
			printf(" %s", arch_names[arch]);
	putchar('\n');
	if (tier != TIER_AUTO && tier_kinds[tier].host == HOST_NATIVE)
		puts("native");
}

static bool may_lack_value(const struct option_row *row)
{
	return row->value && row->value[0] == '[';
}

static void print_option(const struct option_row *row)
{
	const char *value = row->value ? row->value : "", *line = row->help;
	char head[64];

	snprintf(head, sizeof(head), "  --%s%s%s", row->name,
		 row->value && !may_lack_value(row) ? " " : "", value);
	for (size_t n; *line; line += n + (line[n] == '\n')) {
		n = strcspn(line, "\n");
		printf("%-*s%.*s\n", HELP_COLUMN, line == row->help ? head : "", (int)n, line);
	}
}

static void print_help(const struct command_line *line)
{
	const struct option_row help = { .name = "help", .help = "this text" };

	printf("%s\n", line->usage);
	for (const struct option_row *row = line->rows; row->name; row++)
		print_option(row);
	print_option(&help);
	printf("\n%s", line->exit_codes);
}

/* The rows for getopt_long(), which is to return a row's index. Returns that of --help. */
static int make_long_options(const struct option_row *rows, struct option *options)
{
	int count = 0;

	for (; rows[count].name; count++)
		options[count] = (struct option){
			.name = rows[count].name,
			.has_arg = may_lack_value(&rows[count]) ? optional_argument :
				   rows[count].value		? required_argument :
								  no_argument,
			.val = count,
		};
	options[count] = (struct option){ .name = "help", .val = count };
	options[count + 1] = (struct option){ 0 };
	return count;
}

int options_parse(const struct command_line *line, int argc, char **argv, void *fields,
		  unsigned int *given)
{
	struct option options[ROWS_MAX + 2];
	int i, help = make_long_options(line->rows, options);

	while ((i = getopt_long(argc, argv, "", options, NULL)) != -1) {
		const struct option_row *row = &line->rows[i];

		if (i == '?') {
			complain("see faultline %s --help", argv[0]);
			return EXIT_USAGE;
		}
		if (i == help) {
			print_help(line);
			return EXIT_FINE;
		}
		if (row->take(row, optarg, (char *)fields + row->offset))
			return exit_failed(-1, EXIT_USAGE);
		if (given)
			*given |= 1u << i;
	}
	return -1;
}

int options_refuse(const char *usage, int argc, char **argv)
{
	if (argc == 1)
		return -1;
	if (argc == 2 && !strcmp(argv[1], "--help")) {
		puts(usage);
		return EXIT_FINE;
	}
	complain("%s takes no '%s'; see faultline %s --help", argv[0], argv[1], argv[0]);
	return EXIT_USAGE;
}
