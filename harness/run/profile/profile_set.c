// SPDX-License-Identifier: GPL-2.0-only
#include "profile_set.h"

#include <stdlib.h>

#include "../base/util.h"
#include "../store/store.h"

int profile_set_add(struct profile_set *set, const char *account, const struct point *p)
{
	struct stacks *stacks = &set->stacks[p->arch];
	int failed = stacks_read(stacks, account);
	char *dir;

	if (!failed && !set->dir && !(set->dir = store_default_dir(set->root, "profile")))
		failed = -1;
	if (failed)
		return failed;
	dir = set->is_of_several ? xasprintf("%s/%s", set->dir, arch_names[p->arch]) :
				   xstrdup(set->dir);
	if (set->out && !set->is_of_several)
		profile_print(set->out, stacks, p);
	failed = profile_store(dir, stacks, p);
	if (!failed && set->out)
		fprintf(set->out, "\n  flame graphs and their data: %s\n", dir);
	free(dir);
	return failed;
}

int profile_set_compare(const struct profile_set *set, const struct point *p)
{
	const struct stacks *stacks[ARCH_COUNT];

	if (!set->is_of_several)
		return 0;
	for (enum arch arch = 0; arch < ARCH_COUNT; arch++)
		stacks[arch] = &set->stacks[arch];
	if (set->out)
		profile_compare(set->out, stacks, p);
	return profile_store_comparison(set->dir, stacks, p);
}

void profile_set_free(struct profile_set *set)
{
	for (enum arch arch = 0; arch < ARCH_COUNT; arch++)
		stacks_free(&set->stacks[arch]);
	free(set->dir);
}
