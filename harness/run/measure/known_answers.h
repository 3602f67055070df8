/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Before points are measured on simulated CPUs, small programs run there whose
 * times are known beforehand: harness/point/micro.h. Where one takes another
 * time, nothing measured on that host would be worth keeping.
 */
#ifndef FAULTLINE_KNOWN_ANSWERS_H
#define FAULTLINE_KNOWN_ANSWERS_H

#include "schedule.h"

/*
 * Runs them for every kind of simulated CPUs that the schedule's points have (quantum,
 * coherence and speed; on at most 16), and shows them on stderr. *answers gets an
 * array of what they told, empty where no point has such CPUs. New reference.
 * Returns 0, -1 after error() when one is wrong or cannot be had, or INTERRUPTED.
 */
int known_answers_check(const struct schedule *schedule, json_t **answers);

#endif
