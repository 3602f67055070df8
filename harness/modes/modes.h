/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FAULTLINE_MODES_MODES_H
#define FAULTLINE_MODES_MODES_H

#include "../point/mode_ops.h"

extern const struct mode *const modes[]; /* in the order of ../mode.h */

#endif
