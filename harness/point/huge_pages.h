/* SPDX-License-Identifier: GPL-2.0-only */
/* Huge pages for tested memory, as far as the kernel has any. */
#ifndef FAULTLINE_HUGE_PAGES_H
#define FAULTLINE_HUGE_PAGES_H

#include <stdint.h>

#include "../keys.h"

/* As init, whose kernel this is: lets memory have what points with thp=always or mapped=2m ask for. */
void huge_pages_allow(const struct point *p);

/* Transparent ones. The setting is a file of the kernel's; skip()s where it says no. */
void huge_pages_ask(uint8_t *memory, size_t bytes, const char *setting);
void huge_pages_forbid(uint8_t *memory, size_t bytes);

/* skip()s where fewer than bytes are reserved of that size and free. */
void huge_pages_need(size_t huge_bytes, size_t bytes);

#endif
