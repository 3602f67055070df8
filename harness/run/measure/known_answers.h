/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Before points are measured on simulated CPUs, small programs run there whose
 * times are known beforehand: harness/point/micro.h. Where one takes another
 * time, nothing measured on that host would be worth keeping.
 */
#ifndef FAULTLINE_KNOWN_ANSWERS_H
#define FAULTLINE_KNOWN_ANSWERS_H

#include <jansson.h>

#include "../plan/plan.h"
#include "../host/setup.h"

/*
 * Runs them for every kind of simulated CPUs that the plan has (quantum,
 * coherence and speed; on at most 16), and shows them on stderr. *answers gets an
 * array of what came of it, empty where the plan has no such points. New reference.
 * Returns EXIT_FINE, EXIT_USAGE after error() when one is wrong or cannot be
 * had, EXIT_INTERRUPTED.
 */
int known_answers_check(const struct setup *setup, const struct plan *plan, const char *log_dir,
			double timeout_s, json_t **answers);

#endif
