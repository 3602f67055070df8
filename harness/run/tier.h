/* SPDX-License-Identifier: GPL-2.0-only */
/* Which evidence this machine can give. */
#ifndef FAULTLINE_TIER_H
#define FAULTLINE_TIER_H

#include "../mode.h"
#include "host.h"

struct tier_kind {
	const char *name;
	const char *summary;
	const struct host *host;
	/*
	 * Checks once whether points of an architecture can run at all. Returns 0, or -1 with the
	 * reason in why.
	 */
	int (*check)(const struct setup *setup, enum arch arch, char *why, size_t size);
	bool any_kernel; /* modes depend on the kernel of this machine */
};

/* Indexed by enum tier; that of TIER_AUTO is empty. */
extern const struct tier_kind tier_kinds[];

/* How a mode fares natively. */
struct mode_probe {
	bool works;
	char why_not[ERR_SIZE];
};

/*
 * Measures one small point of mode natively. Returns 0, also when the mode does not work, -1 with a
 * message in err when nothing can be told, -2 when interrupted.
 */
int mode_probe(const struct setup *setup, unsigned int mode, struct mode_probe *probe, char *err,
	       size_t err_size);

/* What a run has of points. */
struct tier_wanted {
	bool modes[MODE_COUNT], arches[ARCH_COUNT];
};

/*
 * Chooses the best tier in which all that is wanted can run, or checks the one
 * asked for. why says why this one, and why none better.
 * Returns 0, or with a message in err -1, or -2 when interrupted.
 */
int tier_choose(const struct setup *setup, enum tier asked, const struct tier_wanted *wanted,
		enum tier *tier, char *why, size_t why_size, char *err, size_t err_size);

#endif
