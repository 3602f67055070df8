// SPDX-License-Identifier: GPL-2.0-only
#include "html.h"

#include <string.h>

void html_escape(FILE *out, const char *text)
{
	static const char *const entities[256] = {
		['<'] = "&lt;", ['>'] = "&gt;", ['&'] = "&amp;", ['"'] = "&quot;", ['\''] = "&#39;",
	};

	for (; *text; text++) {
		const char *entity = entities[(unsigned char)*text];

		if (entity)
			fputs(entity, out);
		else
			fputc(*text, out);
	}
}

int html_fill(FILE *out, const char *template,
	      int (*print)(FILE *out, const char *name, const void *about), const void *about)
{
	for (; *template; template ++) {
		size_t n = strspn(template + 1, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
		char name[32];

		if (*template != '@' || !n || n >= sizeof(name) || template[n + 1] != '@') {
			fputc(*template, out);
			continue;
		}
		snprintf(name, sizeof(name), "%.*s", (int)n, template + 1);
		if (print(out, name, about))
			return -1;
		template += n + 1;
	}
	return 0;
}

/* The ways in which an SVG names an id; the id follows. */
static const char *const id_marks[] = { " id='", " id=\"", "href='#", "href=\"#", "url(#" };

static size_t id_mark(const char *text)
{
	for (size_t i = 0; i < sizeof(id_marks) / sizeof(id_marks[0]); i++)
		if (!strncmp(text, id_marks[i], strlen(id_marks[i])))
			return strlen(id_marks[i]);
	return 0;
}

int html_svg(FILE *out, const char *svg, const char *prefix, const char *title)
{
	svg = strstr(svg, "<svg");
	if (!svg)
		return -1;
	while (*svg) {
		size_t n = id_mark(svg);

		if (n) {
			fprintf(out, "%.*s%s", (int)n, svg, prefix);
			svg += n;
		} else if (!strncmp(svg, "<title>", 7) && strstr(svg, "</title>")) {
			fputs("<title>", out);
			html_escape(out, title);
			svg = strstr(svg, "</title>");
		} else {
			fputc(*svg++, out);
		}
	}
	return 0;
}
