/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kernel under measurement is set to, of what the cost of a fault depends on. */
#ifndef FAULTLINE_SETTINGS_H
#define FAULTLINE_SETTINGS_H

#include <stdio.h>

/* Writes a member "settings" of a record; null stands for what this kernel does not have. */
void settings_write(FILE *out);

#endif
