/* SPDX-License-Identifier: GPL-2.0-only */
/* The VM that the kernel under test boots in; its console is /dev/ttyS0. */
#ifndef FAULTLINE_X86_64_MACHINE_H
#define FAULTLINE_X86_64_MACHINE_H

#define RECORD_TTY "/dev/ttyS1" /* where records leave the VM */
#define CONTROL_TTY "/dev/ttyS2" /* the simulated host's control port */

#endif
