/* SPDX-License-Identifier: GPL-2.0-only */
/* What it takes to put text and pictures into a page of HTML. */
#ifndef FAULTLINE_HTML_H
#define FAULTLINE_HTML_H

#include <stdio.h>

/* Writes text so that it shows as it stands, in elements and in attributes. */
void html_escape(FILE *out, const char *text);

/*
 * Writes a template with what print() prints in place of each @NAME@ of capital letters; print() is
 * given about, and returns 0 or -1. Returns 0, or -1 as soon as print() does.
 */
int html_fill(FILE *out, const char *template,
	      int (*print)(FILE *out, const char *name, const void *about), const void *about);

/*
 * Writes an SVG for use inside a page: without what comes before <svg, its
 * title replaced, and with prefix before every id and reference to one, as
 * several pictures of one program use the same. Returns 0, or -1 when svg has
 * no <svg element.
 */
int html_svg(FILE *out, const char *svg, const char *prefix, const char *title);

#endif
