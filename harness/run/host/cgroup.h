/* SPDX-License-Identifier: GPL-2.0-only */
/* Control groups that this process is in, of either version or of both at a time. */
#ifndef FAULTLINE_CGROUP_H
#define FAULTLINE_CGROUP_H

#include "../base/util.h"

/* From the process's own up to the topmost that it can see; none without such a controller. */
struct cgroups {
	bool is_v2;
	struct strings dirs; /* paths for sys.h */
};

/* controller: as /proc/self/cgroup calls it: memory, cpu, pids. */
void cgroups_find(struct cgroups *groups, const char *controller);

void cgroups_free(struct cgroups *groups);

#endif
