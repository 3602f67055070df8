// SPDX-License-Identifier: GPL-2.0-only
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "../kvm/test.h"
#include "../kvm/world.h"
#include "rounds.h"

#define KIND(name) (1u << CALL_##name)

/* What each thread does, for as long as it lives. */
static const unsigned int roles[ARENA_VCPUS] = {
	KIND(RUN),
	KIND(RUN) | KIND(PRE_FAULT),
	KIND(SET_REGION2) | KIND(SET_REGION) | KIND(DIRTY_LOG),
	KIND(MEMORY) | KIND(BITMAPS) | KIND(ATTRIBUTES) | KIND(MEMFD) | KIND(ALLOCATE),
};

static struct arena arena;
static struct caller callers[ARENA_VCPUS];

static void *play_role(void *arg)
{
	struct caller *caller = arg;

	start_caller(caller);
	for (;;)
		make_call(caller, draw_kind(&caller->draws, roles[caller->vcpu->index]));
	return NULL;
}

static void wait_ms(uint64_t ms)
{
	const struct timespec time = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

	nanosleep(&time, NULL);
}

static void just_exit(void)
{
}

static void kill_all(void)
{
	kill(0, SIGKILL);
}

/* Of those who have the VM's files open, one lives on. */
static void kill_one(void)
{
	raise(SIGKILL);
}

static void close_files(void)
{
	arena.is_ending = true;
	close(arena.vm.fd);
	for (unsigned int i = 0; i < ARENA_VCPUS; i++)
		close(arena.vcpus[i].fd);
	for (unsigned int i = 0; i < ARENA_SLOTS; i++)
		close(arena.memfds[i]);
	wait_ms(1);
}

static void unmap_all(void)
{
	arena.is_ending = true;
	munmap((void *)ARENA_BITMAPS, BITMAPS_BYTES);
	munmap((void *)ARENA_MEMORY, ARENA_BYTES);
	wait_ms(1);
}

void stress_round(uint64_t seed, uint64_t ms, struct tally *tally)
{
	static void (*const ends[])(void) = { just_exit, kill_all, kill_one, close_files,
					      unmap_all };
	struct draws draws = draws_of(seed, ARENA_VCPUS);
	pthread_t thread;

	create_arena(&arena, draw_one_in(&draws, 2));
	if (fork_helper() == 0)
		for (;;)
			pause();
	for (unsigned int i = 0; i < ARENA_VCPUS; i++) {
		callers[i] = (struct caller){
			.arena = &arena,
			.tally = tally,
			.draws = draws_of(seed, i),
			.vcpu = &arena.vcpus[i],
		};
		check(!pthread_create(&thread, NULL, play_role, &callers[i]), "no thread");
	}
	wait_ms(ms / 2 + draw_below(&draws, ms));
	ends[draw_below(&draws, sizeof(ends) / sizeof(ends[0]))]();
	_exit(0);
}
