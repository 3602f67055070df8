/* SPDX-License-Identifier: GPL-2.0-only */
/* The VM that the kernel under test boots in; its console is a PL011, /dev/ttyAMA0. */
#ifndef FAULTLINE_ARM64_MACHINE_H
#define FAULTLINE_ARM64_MACHINE_H

#define RECORD_TTY "/dev/ttyS0" /* where records leave the VM */
#define CONTROL_TTY "/dev/ttyS1" /* the simulated host's control port */

#endif
