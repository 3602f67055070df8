/* SPDX-License-Identifier: GPL-2.0-only */
/* Which x86-64 instructions read and write memory in one go. */
#ifndef FAULTLINE_MANYCORE_ATOMICS_H
#define FAULTLINE_MANYCORE_ATOMICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Any with a LOCK prefix, and XCHG with memory, which needs none. */
bool x86_is_atomic(const uint8_t *code, size_t length);

#endif
