/* SPDX-License-Identifier: GPL-2.0-only */
/* The simulated many-core host's control port, see ../manycore/README.md. */
#ifndef FAULTLINE_CONTROL_H
#define FAULTLINE_CONTROL_H

#include "../keys.h"

#define CONTROL_FINE 'q' /* the fine quantum from now on, and coherence charges */
#define CONTROL_BOOT 'b' /* back to the boot quantum, free of charge */

/* fail()s when the port is not there or cannot be written. */
void control_send(char command);

/* The same where the point has simulated CPUs in parallel; nothing otherwise. */
void control_tell(const struct point *p, char command);

#endif
