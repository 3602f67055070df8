/* SPDX-License-Identifier: GPL-2.0-only */
/* Random numbers that follow from a seed alone; two draws never stand in one expression, whose order is the compiler's. */
#ifndef FAULTLINE_DRAWS_H
#define FAULTLINE_DRAWS_H

#include <stdbool.h>
#include <stdint.h>

#include "../../workloads/guest_abi.h"

struct draws {
	uint64_t seed, drawn;
};

static inline uint64_t draw(struct draws *d)
{
	return content_base(d->seed, d->drawn++);
}

static inline uint64_t draw_below(struct draws *d, uint64_t limit)
{
	return draw(d) % limit;
}

static inline bool draw_one_in(struct draws *d, uint64_t n)
{
	return !draw_below(d, n);
}

/* Other draws for each thread of a round. */
static inline struct draws draws_of(uint64_t seed, unsigned int thread)
{
	return (struct draws){ .seed = content_base(seed, thread) };
}

#endif
