// SPDX-License-Identifier: GPL-2.0-only
#include "mode.h"

#include <stddef.h>

#define MODE(symbol, name, summary) name,
const char *const mode_names[] = { MODES NULL };
#undef MODE

#define MODE(symbol, name, summary) summary,
const char *const mode_summaries[] = { MODES };
#undef MODE
