/* SPDX-License-Identifier: GPL-2.0-only */
/* cmocka wants these before it. */
#ifndef FAULTLINE_UNIT_H
#define FAULTLINE_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../harness/error.h"

/* Names of the harness, too, see harness/point/fail.h. */
#undef fail
#undef skip

#endif
