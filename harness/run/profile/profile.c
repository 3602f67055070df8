// SPDX-License-Identifier: GPL-2.0-only
#include "profile.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "flame.h"
#include "../../mode.h"
#include "../plan/plan.h"
#include "../base/file.h"

/* The flame graphs; the name is the file's. */
static const struct picture {
	const char *name, *title;
	struct selection shown;
} pictures[] = {
	{ "delivery", "delivery: until the handler knows", { .phase = PHASE_DELIVERY } },
	{ "fetch", "fetch: until the content has come", { .phase = PHASE_FETCH } },
	{ "resolve", "resolve: until the page is in place", { .phase = PHASE_RESOLVE } },
	{ "resume", "resume: until the access is through", { .phase = PHASE_RESUME } },
	{ "total",
	  "total: all time of the threads of vCPUs and handlers",
	  { .is_of_pages = true } },
	{ "cpus", "cpus: all time of all CPUs", { .is_of_cpus = true } },
};

#define PICTURES (sizeof(pictures) / sizeof(pictures[0]))

/* A vCPU that goes on without a page begins with the next one; so do handlers that are asynchronous. */
static int check_one_page_at_a_time(const struct point *p)
{
	const bool goes_on = mode_handlers[p->mode] == HANDLERS_VCPUS;

	if (goes_on ? point_tasks(p) == 1 : p->handler != HANDLER_ASYNC)
		return 0;
	return error("--profile counts a thread's time for the page that it is at, and with %s it "
		     "is at several; use %s",
		     goes_on ? "tasks beside one another" : "handler=async",
		     goes_on ? "tasks=1 and compute_ms=0" : "handler=inline");
}

int profile_check_keys(const struct point *p)
{
	if (!tier_kinds[p->tier].is_simulated && p->tier != TIER_AUTO)
		return error("--profile counts the instructions of simulated CPUs, which tier %s "
			     "does not have; use tier=simulated",
			     tier_kinds[p->tier].name);
	if (p->draws > 1)
		return error(
			"--profile follows one measurement, and draws=%u are more; use draws=1",
			p->draws);
	return check_one_page_at_a_time(p);
}

int profile_check_dir(const char *dir)
{
	if (!*dir)
		return error("--profile= names no folder");
	if (access(dir, F_OK))
		return 0;
	return error("--profile: %s exists already; name another folder", dir);
}

int profile_check(const struct setup *setup, const struct point *p)
{
	const struct target *target = &setup->targets[p->arch];
	const char *const needed[] = { setup->profile, setup->manycore, target->program_map,
				       target->guest_map, target->system_map };

	if (profile_check_keys(p))
		return -1;
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		if (access(needed[i], R_OK))
			return error("%s is missing, which --profile needs; build it: make, or "
				     "./run.sh",
				     needed[i]);
	return 0;
}

static int write_picture(const char *dir, const struct picture *picture,
			 const struct stacks *stacks, const char *id)
{
	struct stacks chosen = stacks_select(stacks, &picture->shown);
	char *folded = xasprintf("%s.folded", picture->name);
	char *svg = xasprintf("%s.svg", picture->name);
	struct text text;
	int r;

	text_open(&text);
	for (size_t i = 0; i < chosen.n; i++) /* as flame graph tools read it */
		fprintf(text.out, "%s %" PRIu64 "\n", chosen.v[i].frames, chosen.v[i].ns);
	r = text_store(&text, dir, folded);
	if (!r) {
		flame_write(text_open(&text), &chosen, picture->title, id, "simulated ns");
		r = text_store(&text, dir, svg);
	}
	stacks_free(&chosen);
	free(folded);
	free(svg);
	return r;
}

static int write_files(const char *dir, const struct stacks *stacks, const struct point *p)
{
	char *id = point_id(p);
	struct text text;
	int r;

	fprintf(text_open(&text), "%s\n", id);
	profile_print(text.out, stacks, p);
	r = text_store(&text, dir, "table.txt");
	for (size_t i = 0; !r && i < PICTURES; i++)
		r = write_picture(dir, &pictures[i], stacks, id);
	free(id);
	return r;
}

int profile_store(const char *dir, const struct stacks *stacks, const struct point *p)
{
	size_t length = strlen(dir);
	char *work, *name;
	int failed;

	while (length > 1 && dir[length - 1] == '/')
		length--;
	name = xasprintf("%.*s.tmp", (int)length, dir);
	work = folder_make_new(name);
	free(name);
	if (!work)
		failed = error("cannot make the folder %s for the profile: %s", dir,
			       strerror(errno));
	else
		failed = write_files(work, stacks, p);
	if (!failed && rename(work, dir))
		failed = error("cannot name the profile's folder %s: %s", dir, strerror(errno));
	if (failed && work)
		folder_remove(work);
	free(work);
	return failed;
}

int profile_store_comparison(const char *dir, const struct stacks *const stacks[ARCH_COUNT],
			     const struct point *p)
{
	struct text text;

	profile_compare(text_open(&text), stacks, p);
	return text_store(&text, dir, "compare.txt");
}
