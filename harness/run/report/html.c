// SPDX-License-Identifier: GPL-2.0-only
#include "html.h"

#include <string.h>

#include "../../error.h"

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

/* The length of "@NAME@" at the start of text, or 0. */
static size_t name_length(const char *text)
{
	size_t n = strspn(text + 1, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");

	return n && text[n + 1] == '@' ? n + 2 : 0;
}

static const char *find_part(const struct html_part *parts, size_t count, const char *name,
			     size_t length)
{
	for (size_t i = 0; i < count; i++)
		if (strlen(parts[i].name) == length && !memcmp(parts[i].name, name, length))
			return parts[i].html;
	return NULL;
}

int html_fill(FILE *out, const char *template, const struct html_part *parts, size_t count)
{
	while (*template) {
		size_t n = strcspn(template, "@");
		const char *html;

		fwrite(template, 1, n, out);
		template += n;
		if (!*template)
			break;
		n = name_length(template);
		if (!n) {
			fputc(*template ++, out);
			continue;
		}
		html = find_part(parts, count, template + 1, n - 2);
		if (!html)
			return error("the template has an unknown %.*s", (int)n, template);
		fputs(html, out);
		template += n;
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
