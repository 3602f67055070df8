/* SPDX-License-Identifier: GPL-2.0-only */
/* What a run is measured with: what run.json says of it, and whether it is still that. */
#ifndef FAULTLINE_IDENTITY_H
#define FAULTLINE_IDENTITY_H

#include <jansson.h>

#include "../host/host.h"

struct identity {
	json_t *json; /* the objects "faultline" and "targets" of run.json */
	json_t *machine; /* its "machine" where points execute on this machine; NULL in VMs */
	struct identity_file *files; /* every file whose hash stands in json */
	size_t count;
};

/* What decides which files these are. */
struct identity_scope {
	const struct setup *setup;
	const struct host *host;
	const bool *arches; /* indexed by enum arch */
	bool has_profile; /* also what tells where the time goes */
};

/*
 * Takes down what decides results, of each architecture that is used. Returns 0, or -1 after
 * error(). Either way identity_free() is to follow.
 */
int identity_take(struct identity *identity, const struct identity_scope *scope);

/*
 * Checks that all of it is as it was taken down, before something is measured and before what was
 * measured is accepted. What was only touched, or replaced by the same content, is. Returns 0, or
 * -1 after error() that names what is not.
 */
int identity_check(struct identity *identity);

/* Compares a run.json with it. Returns 0, or -1 after error() with the first difference. */
int identity_compare(const json_t *run, const struct identity *identity);

void identity_free(struct identity *identity);

#endif
