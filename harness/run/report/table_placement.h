/* SPDX-License-Identifier: GPL-2.0-only */
/* Where threads of native tiers ran: how near handlers were, and who shared CPUs. */
#ifndef FAULTLINE_TABLE_PLACEMENT_H
#define FAULTLINE_TABLE_PLACEMENT_H

#include <stdio.h>

#include "groups.h"

/* Nothing for runs in VMs, whose CPUs are simulated. */
void table_placement(FILE *out, const struct run_data *run);

#endif
