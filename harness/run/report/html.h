/* SPDX-License-Identifier: GPL-2.0-only */
/* What it takes to put text and pictures into a page of HTML. */
#ifndef FAULTLINE_HTML_H
#define FAULTLINE_HTML_H

#include <stddef.h>
#include <stdio.h>

/* Writes text so that it shows as it stands, in elements and in attributes. */
void html_escape(FILE *out, const char *text);

/* What stands for @NAME@ in a template; html is inserted as it is. */
struct html_part {
	const char *name;
	const char *html;
};

/*
 * Writes a template with its @NAME@s, of capital letters, replaced. Returns 0,
 * or -1 after error() when the template has a name that is not there.
 */
int html_fill(FILE *out, const char *template, const struct html_part *parts, size_t count);

/*
 * Writes an SVG for use inside a page: without what comes before <svg, its
 * title replaced, and with prefix before every id and reference to one, as
 * several pictures of one program use the same. Returns 0, or -1 when svg has
 * no <svg element.
 */
int html_svg(FILE *out, const char *svg, const char *prefix, const char *title);

#endif
