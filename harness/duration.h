/* SPDX-License-Identifier: GPL-2.0-only */
/* Durations as text. */
#ifndef FAULTLINE_DURATION_H
#define FAULTLINE_DURATION_H

#include <stddef.h>
#include <stdint.h>

/*
 * "0", "30us", "1.5ms", "250ns", "2s" to ns. Returns 0, or -1 when text is no
 * duration, negative or above one minute.
 */
int duration_parse(const char *text, uint64_t *ns);

/* ns to text in the largest unit that leaves a whole number: 30000 to "30us". */
const char *duration_format(uint64_t ns, char *buf, size_t size);

#endif
