// SPDX-License-Identifier: GPL-2.0-only
#include <pthread.h>

#include "../kvm/test.h"
#include "rounds.h"

static uint64_t calls_each;

static void *call_at_random(void *arg)
{
	struct caller *caller = arg;

	start_caller(caller);
	for (uint64_t i = 0; i < calls_each; i++)
		make_call(caller, draw_kind(&caller->draws, ALL_CALLS));
	return NULL;
}

void random_round(uint64_t seed, uint64_t calls, struct tally *tally)
{
	static struct caller callers[ARENA_VCPUS];
	pthread_t threads[ARENA_VCPUS];
	static struct arena arena;

	create_arena(&arena, seed % 2);
	calls_each = calls / ARENA_VCPUS;
	for (unsigned int i = 0; i < ARENA_VCPUS; i++) {
		callers[i] = (struct caller){
			.arena = &arena,
			.tally = tally,
			.draws = draws_of(seed, i),
			.vcpu = &arena.vcpus[i],
			.is_wild = true,
		};
		check(!pthread_create(&threads[i], NULL, call_at_random, &callers[i]), "no thread");
	}
	for (unsigned int i = 0; i < ARENA_VCPUS; i++) {
		pthread_join(threads[i], NULL);
		atomic_fetch_add(&tally->digest, callers[i].digest);
	}
}
