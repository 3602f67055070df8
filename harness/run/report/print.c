// SPDX-License-Identifier: GPL-2.0-only
#include "print.h"

#include <string.h>

void print_wrapped(FILE *out, const char *title, int indent, const char *text, int width)
{
	int column = fprintf(out, "%-*s", indent, title);

	for (const char *word = text; *word;) {
		int length = (int)strcspn(word, " ");

		if (column > indent && column + 1 + length > width)
			column = fprintf(out, "\n%*s", indent, "") - 1;
		if (column > indent)
			column += fprintf(out, " ");
		column += fprintf(out, "%.*s", length, word);
		word += length + strspn(word + length, " ");
	}
	fputc('\n', out);
}

int panel_label_width(const struct panel *panel, size_t width)
{
	for (size_t s = 0; s < panel->series_count; s++)
		if (strlen(panel->series[s].label) > width)
			width = strlen(panel->series[s].label);
	return (int)width;
}

void print_ratio(FILE *out, double a, double b, int width)
{
	if (a > 0 && b > 0)
		fprintf(out, "%*.2f", width, a / b);
	else
		fprintf(out, "%*s", width, "-");
}
