/* SPDX-License-Identifier: GPL-2.0-only */
/* Functions that architectures have names of their own for, by what they do. */
#ifndef FAULTLINE_FUNCTION_GROUPS_H
#define FAULTLINE_FUNCTION_GROUPS_H

/* The group's name in brackets, or NULL for a function that is compared by its own name. */
const char *function_group(const char *function);

#endif
