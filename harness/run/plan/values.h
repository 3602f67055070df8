/* SPDX-License-Identifier: GPL-2.0-only */
/* Lists and ranges of values: "1,2,4", "1..8", "1..512*2". */
#ifndef FAULTLINE_VALUES_H
#define FAULTLINE_VALUES_H

#include "../base/util.h"

#define VALUES_MAX 4096 /* in one list; more is a slip of the pen */

/*
 * Takes text apart. A range counts from its first number up to at most its
 * last, by ones, or by a factor where "*FACTOR" follows. Values that are no
 * ranges are taken as they are, without spaces around them.
 * Returns 0, or -1 after error(); values is empty then.
 */
int values_expand(const char *text, struct strings *values);

#endif
