/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FAULTLINE_CHECK_H
#define FAULTLINE_CHECK_H

#include "measurement.h"

/*
 * One wrong, missing or doubly counted page, and the measurement has failed, whatever its
 * speed: fail()s with what is wrong.
 */
void check_measurement(const struct measurement *m);

#endif
