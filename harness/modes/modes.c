// SPDX-License-Identifier: GPL-2.0-only
#include "modes.h"

#include "../mode.h"

#define MODE(symbol, name, handlers, summary) extern const struct mode mode_##symbol;
MODES
#undef MODE

#define MODE(symbol, name, handlers, summary) &mode_##symbol,
const struct mode *const modes[] = { MODES };
#undef MODE
