/* SPDX-License-Identifier: GPL-2.0-only */
/* What the parts of the table print alike. */
#ifndef FAULTLINE_PRINT_H
#define FAULTLINE_PRINT_H

#include <stdio.h>

#include "groups.h"

#define PRINT_WIDTH 98

/* Prints text broken into lines of that width, the first after title, all indented by indent columns. */
void print_wrapped(FILE *out, const char *title, int indent, const char *text, int width);

/* The characters that the longest name of a series takes, at least width. */
int panel_label_width(const struct panel *panel, size_t width);

/* Prints a / b into width columns, or "-" if one of them is not there (0). */
void print_ratio(FILE *out, double a, double b, int width);

#endif
