/* SPDX-License-Identifier: GPL-2.0-only */
/* What tests expect that is not the same on all architectures. */
#if defined(__x86_64__)
#include "x86_64/expect.h"
#elif defined(__aarch64__)
#include "arm64/expect.h"
#endif
