/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which instructions write memory whatever else they do to it, so that reading it first costs
 * nothing of its own. One file for both architectures: each takes a handful of patterns.
 */
#ifndef FAULTLINE_MANYCORE_ATOMICS_H
#define FAULTLINE_MANYCORE_ATOMICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Any with a LOCK prefix, and XCHG with memory, which needs none. */
bool x86_64_is_atomic(const uint8_t *code, size_t length);

/*
 * CAS, SWP, LDADD and their like of FEAT_LSE, and the stores of exclusive pairs: STXR and STXP,
 * which QEMU carries out as a compare and exchange. The pair's load is a load: it gets a
 * copy, and others may keep theirs, as in __cmpwait(), which only wants to know when the line is
 * written. So where others have copies a pair is a read and a write, up to two transfers, as
 * hardware does it without a prefetch for writing; QEMU shows no prefetches.
 */
bool arm64_is_atomic(const uint8_t *code, size_t length);

#endif
