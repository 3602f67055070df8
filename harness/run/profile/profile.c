// SPDX-License-Identifier: GPL-2.0-only
#include "profile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "flame.h"
#include "../plan/plan.h"
#include "../base/file.h"

/* What a flame graph shows; its name is the file's. */
static bool is_in_phase(const struct stack *stack, int phase)
{
	return stack->phase == (enum phase)phase;
}

static bool is_of_thread(const struct stack *stack, int unused)
{
	(void)unused;
	return stack->role == ROLE_VCPU || stack->role == ROLE_HANDLER;
}

static bool is_of_cpu(const struct stack *stack, int unused)
{
	(void)unused;
	return kind_is_on_cpu(stack->kind);
}

static const struct picture {
	const char *name, *title;
	bool (*wanted)(const struct stack *stack, int arg);
	int arg;
} pictures[] = {
	{ "delivery", "delivery: until the handler knows", is_in_phase, PHASE_DELIVERY },
	{ "fetch", "fetch: until the content has come", is_in_phase, PHASE_FETCH },
	{ "resolve", "resolve: until the page is in place", is_in_phase, PHASE_RESOLVE },
	{ "resume", "resume: until the access is through", is_in_phase, PHASE_RESUME },
	{ "total", "total: all time of the threads of vCPUs and handlers", is_of_thread, 0 },
	{ "cpus", "cpus: all time of all CPUs", is_of_cpu, 0 },
};

#define PICTURES (sizeof(pictures) / sizeof(pictures[0]))

int profile_check_keys(const struct point *p)
{
	if (!tier_kinds[p->tier].is_simulated && p->tier != TIER_AUTO) {
		return error(
			"--profile counts the instructions of simulated CPUs, which tier %s does not "
			"have; use tier=simulated",
			tier_kinds[p->tier].name);
	}
	if (p->handler == HANDLER_ASYNC) {
		return error(
			"--profile puts a thread's time down to the page that it is at, and with "
			"handler=async it is at several; use handler=inline");
	}
	return 0;
}

int profile_check_dir(const char *dir)
{
	if (!*dir) {
		return error("--profile= names no folder");
	}
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
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		if (!access(needed[i], R_OK))
			continue;
		return error("%s is missing, which --profile needs; build it: make, or ./run.sh",
			     needed[i]);
	}
	return 0;
}

static int write_picture(const char *dir, const struct picture *picture,
			 const struct stacks *stacks, const char *id)
{
	struct stacks chosen = stacks_select(stacks, picture->wanted, picture->arg);
	char *folded = xasprintf("%s.folded", picture->name);
	char *svg = xasprintf("%s.svg", picture->name);
	struct text text;
	int r;

	stacks_write(text_open(&text), &chosen);
	r = text_store(&text, dir, folded);
	if (!r) {
		flame_write(text_open(&text), &chosen, picture->title, id, "simulated ns");
		r = text_store(&text, dir, svg);
	}
	free(chosen.v);
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
	char *work = xasprintf("%s.XXXXXX", dir), *slash;
	mode_t mask = umask(0);
	int r = -1;

	umask(mask);
	slash = strrchr(work, '/');
	if (slash && slash != work) {
		*slash = '\0';
		folders_make(work); /* that it failed shows next */
		*slash = '/';
	}
	if (!mkdtemp(work)) {
		error("cannot make the folder %s for the profile: %s", dir, strerror(errno));
		free(work);
		return -1;
	}
	if (!write_files(work, stacks, p)) {
		chmod(work, 0777 & ~mask);
		r = rename(work, dir);
		if (r)
			error("cannot name the profile's folder %s: %s", dir, strerror(errno));
	}
	if (r)
		folder_remove(work);
	free(work);
	return r;
}

int profile_store_comparison(const char *dir, const struct stacks *const stacks[ARCH_COUNT],
			     const struct point *p)
{
	struct text text;

	profile_compare(text_open(&text), stacks, p);
	return text_store(&text, dir, "compare.txt");
}
