/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a run says about the question that it was made for: how exits compare with the best
 * userfaultfd set-up and with the best that has one userfaultfd. All of it is made from the records.
 */
#ifndef FAULTLINE_FINDINGS_H
#define FAULTLINE_FINDINGS_H

#include <stdio.h>

#include "groups.h"

/*
 * Sentences, then the table that they are made from, in lines of at most width columns (78 or more);
 * nothing where no series with userfaultfds has times.
 */
void findings_print(FILE *out, const struct run_data *run, int width);

/*
 * Findings and where they come from, as a mail to a list: at most 60 lines of 78 columns, of a run
 * of one architecture and one fetch time; for others, the first of each that fit.
 */
void findings_mail(FILE *out, const struct run_data *run);

#endif
