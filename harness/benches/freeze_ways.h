/* SPDX-License-Identifier: GPL-2.0-only */
/* Ways to stop all guest access to the tested slot. */
#ifndef FAULTLINE_BENCHES_FREEZE_WAYS_H
#define FAULTLINE_BENCHES_FREEZE_WAYS_H

#include "../point/writers.h"

struct freeze_way {
	/* Before vCPUs run, with the slot there; NULL for nothing to do. */
	void (*prepare)(struct measurement *m);
	/*
	 * After writers_close(). When it returns, no write of the guest's may come through until
	 * writers_open(), which follows on thaw().
	 */
	void (*freeze)(struct measurement *m, struct writers *writers);
	void (*thaw)(struct measurement *m, struct writers *writers);
};

extern const struct freeze_way freeze_ways[]; /* in the order of enum freeze_how */

#endif
