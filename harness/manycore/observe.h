/* SPDX-License-Identifier: GPL-2.0-only */
/* Slices of a single CPU, seen but not changed, for plugins that follow them. */
#ifndef FAULTLINE_MANYCORE_OBSERVE_H
#define FAULTLINE_MANYCORE_OBSERVE_H

/* qemu_find() must have been called; refuse()s what it cannot work with. */
void observe_install(void);

#endif
