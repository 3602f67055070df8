/* SPDX-License-Identifier: GPL-2.0-only */
/* Several queues for one userfaultfd: what no kernel has but with the series in kernel/series. */
#ifndef FAULTLINE_UFFD_ABI_H
#define FAULTLINE_UFFD_ABI_H

#include <linux/userfaultfd.h>
#include <stdint.h>

struct abi_uffdio_queues {
	uint32_t count;
	uint32_t by; /* enum queue_by, see keys.h */
};

struct abi_uffdio_open_queue {
	uint32_t index;
	uint32_t flags;
};

#define ABI_UFFDIO_QUEUES _IOW(UFFDIO, 0x20, struct abi_uffdio_queues)
#define ABI_UFFDIO_OPEN_QUEUE _IOW(UFFDIO, 0x21, struct abi_uffdio_open_queue)

#endif
