// SPDX-License-Identifier: GPL-2.0-only
#include "topology.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../base/util.h"

/*
 * MPI and batch systems hand a topology on to their programs by HWLOC_XMLFILE, others have one
 * made up or leave parts out. All of hwloc's variables begin like this.
 */
static void clear_environment(void)
{
	static const char prefix[] = "HWLOC_";

	for (char **variable = environ; *variable;) {
		char *name = xasprintf("%.*s", (int)strcspn(*variable, "="), *variable);
		bool is_hwloc = !strncmp(name, prefix, strlen(prefix));

		if (is_hwloc)
			unsetenv(name); /* the next one takes its place */
		else
			variable++;
		free(name);
	}
}

hwloc_topology_t topology_load(void)
{
	hwloc_topology_t topology;

	clear_environment();
	if (hwloc_topology_init(&topology)) {
		error("hwloc cannot be used: %s", strerror(errno));
		return NULL;
	}
	hwloc_topology_set_icache_types_filter(topology, HWLOC_TYPE_FILTER_KEEP_ALL);
	if (hwloc_topology_load(topology))
		error("hwloc cannot read this machine's topology: %s", strerror(errno));
	else if (!hwloc_topology_is_thissystem(topology))
		error("hwloc describes another machine than this one; is a plugin of its own "
		      "installed?");
	else
		return topology;
	hwloc_topology_destroy(topology);
	return NULL;
}
