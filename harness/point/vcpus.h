/* SPDX-License-Identifier: GPL-2.0-only */
/* The vCPUs' threads. */
#ifndef FAULTLINE_VCPUS_H
#define FAULTLINE_VCPUS_H

#include "measurement.h"

/*
 * Runs all vCPUs from their start, which is together, until the guest has checked its pages.
 * m->blocks has what they left in their control blocks. fail()s with what goes wrong.
 */
void vcpus_run(struct measurement *m);

#endif
