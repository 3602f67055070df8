/* SPDX-License-Identifier: GPL-2.0-only */
/* The table that findings are made from, and how they write what stands in it. */
#ifndef FAULTLINE_FINDINGS_TABLE_H
#define FAULTLINE_FINDINGS_TABLE_H

#include <stdio.h>

#include "contest.h"

/* " (coherence=70)" where the question has several ends, else nothing. */
void findings_end(FILE *out, const struct contest *contest, size_t end);

/* "1.22-1.25", natively "1.23 (1.22-1.25)" with the median, or "1.08" where that is all the same. */
void findings_ratio(FILE *out, const struct spread *ratio);

/*
 * Rates and ratios of every end at each vCPU count; then which set-ups are the best for their rate,
 * for their p99 and in CPU time, or brief, in whose rate only, and from which vCPU count on.
 */
void findings_table(FILE *out, const struct contest *contest, int width, bool is_brief);

#endif
