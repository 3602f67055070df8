// SPDX-License-Identifier: GPL-2.0-only
/* The host's view of the table of workloads. */
#include "workload.h"

#include <stddef.h>

#define OWN false
#define SHARED true

#define WORKLOAD(name, pages, summary) #name,
const char *const workload_names[] = { WORKLOADS NULL };
#undef WORKLOAD

#define WORKLOAD(name, pages, summary) summary,
const char *const workload_summaries[] = { WORKLOADS };
#undef WORKLOAD

#define WORKLOAD(name, pages, summary) pages,
const bool workload_is_shared[] = { WORKLOADS };
#undef WORKLOAD
