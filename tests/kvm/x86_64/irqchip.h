/* SPDX-License-Identifier: GPL-2.0-only */
/* KVM's own interrupt controllers. */
#ifndef FAULTLINE_X86_64_IRQCHIP_H
#define FAULTLINE_X86_64_IRQCHIP_H

#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>

#include "../test.h"
#include "../world.h"

static inline void create_irqchip(struct vm *vm)
{
	if (ioctl(vm->fd, KVM_CREATE_IRQCHIP, 0))
		skip("KVM_CREATE_IRQCHIP: %s", strerror(errno));
}

#endif
