/* SPDX-License-Identifier: GPL-2.0-only */
/* What else is done to the tested slot while vCPUs fault on it. */
#ifndef FAULTLINE_MEANWHILE_H
#define FAULTLINE_MEANWHILE_H

#include "../point/measurement.h"

/*
 * If the point says so, a thread turns dirty logging of the slot on and off and reads the log, and
 * exchanges the bitmap of KVM Userfault for another that says the same, over and over, until
 * meanwhile_stop(): all that KVM has mapped goes, but nobody may notice.
 */
void meanwhile_start(struct measurement *m);
void meanwhile_stop(struct measurement *m);

#endif
