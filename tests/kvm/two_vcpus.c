// SPDX-License-Identifier: GPL-2.0-only
/* Several threads at once: two vCPUs on one page, and the order of content and bit. */
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>

#include "attributes.h"
#include "test.h"
#include "uffd_server.h"
#include "world.h"

#define USERFAULT ABI_MEMORY_EXIT_FLAG_USERFAULT
#define WORD 0xc0ffee00ull
#define ROUNDS 500u

struct walker {
	struct world *world;
	struct vcpu *vcpu;
	uint64_t flags; /* of the faults to come */
	_Atomic uint8_t *claimed; /* per page: somebody resolves it */
	_Atomic unsigned int *resolved; /* pages */
	void (*resolve)(struct world *w, uint64_t page);
};

static struct uffd_server server;

/* In one go: a page that is there before its content could be read by the other vCPU. */
static void resolve_missing(struct world *w, uint64_t page)
{
	(void)w;
	uffd_copy_quietly(&server, page, WORD + page);
}

static void resolve_userfault(struct world *w, uint64_t page)
{
	*host_word(w, page) = WORD + page;
	clear_bit(w, page);
}

/* One access to each page. Whoever does not resolve a page just goes back into the guest. */
static void *walk(void *arg)
{
	struct walker *me = arg;

	for (uint64_t page = 0; page < me->world->pages; page++) {
		give_command(me->vcpu, COMMAND_READ, page_gpa(page), 0);
		while (vcpu_run(me->vcpu) == VCPU_MEMORY_FAULT) {
			check_equal("memory_fault.gpa", me->vcpu->fault.gpa, page_gpa(page));
			check_equal("memory_fault.flags", me->vcpu->fault.flags, me->flags);
			if (atomic_exchange(&me->claimed[page], 1)) {
				sched_yield(); /* there may be one CPU only */
				continue;
			}
			me->resolve(me->world, page);
			atomic_fetch_add(me->resolved, 1);
		}
		check_equal("the doorbell", me->vcpu->doorbell, BELL_FINISHED);
		check_equal("the word", me->vcpu->block->test[TEST_RESULT], WORD + page);
	}
	return NULL;
}

static void walk_together(struct world *w, uint64_t flags,
			  void (*resolve)(struct world *w, uint64_t page))
{
	static _Atomic uint8_t claimed[HUGE_BYTES / PAGE_BYTES];
	static _Atomic unsigned int resolved;
	struct walker walkers[VCPUS];
	pthread_t threads[VCPUS];

	for (unsigned int i = 0; i < VCPUS; i++) {
		walkers[i] = (struct walker){ w, &w->vcpus[i], flags, claimed, &resolved, resolve };
		check(!pthread_create(&threads[i], NULL, walk, &walkers[i]), "no thread");
	}
	for (unsigned int i = 0; i < VCPUS; i++)
		pthread_join(threads[i], NULL);
	check_equal("pages resolved", resolved, w->pages);
}

static void walk_with_exit_on_missing(void)
{
	struct world w;

	start_exit_on_missing(&w);
	start_uffd_server(&server, &w);
	walk_together(&w, 0, resolve_missing);
	check_equal("userfaultfd events", server.events, 0);
}

static void walk_with_userfault(void)
{
	struct world w;

	start_userfault(&w);
	memset((void *)w.bitmap, 0xff, w.pages / 8);
	walk_together(&w, USERFAULT, resolve_userfault);
}

static void resolve_attribute(struct world *w, uint64_t page)
{
	*host_word(w, page) = WORD + page;
	clear_attribute(w, page, 1);
}

static void walk_with_attributes(void)
{
	struct world w;

	start_attributes(&w);
	set_attribute(&w, 0, w.pages);
	walk_together(&w, USERFAULT, resolve_attribute);
}

/* Both have left the guest before anything is resolved; one resolution serves both. */
static void both_exit_on_one_page(void)
{
	struct world w;

	start_userfault(&w);
	set_bit(&w, 1);
	for (unsigned int i = 0; i < VCPUS; i++)
		expect_read_fault(&w.vcpus[i], 1, USERFAULT);
	resolve_userfault(&w, 1);
	for (unsigned int i = 0; i < VCPUS; i++)
		check_equal("the word", run_command(&w.vcpus[i]), WORD + 1);

	set_slot(&w, 0);
	need_exit_on_missing(&w);
	set_slot(&w, ABI_MEM_EXIT_ON_MISSING);
	start_uffd_server(&server, &w);
	for (unsigned int i = 0; i < VCPUS; i++)
		expect_read_fault(&w.vcpus[i], 2, 0);
	resolve_missing(&w, 2);
	for (unsigned int i = 0; i < VCPUS; i++)
		check_equal("the word", run_command(&w.vcpus[i]), WORD + 2);
}

/* Round r in hand; the reader is done with it. */
static _Atomic unsigned int round_started, round_read;
static _Atomic unsigned int faults;

static void *read_rounds(void *arg)
{
	struct world *w = arg;
	struct vcpu *vcpu = &w->vcpus[0];

	for (unsigned int r = 1; r <= ROUNDS; r++) {
		while (atomic_load(&round_started) < r)
			sched_yield();
		give_command(vcpu, COMMAND_READ, page_gpa(0), 0);
		while (vcpu_run(vcpu) == VCPU_MEMORY_FAULT) {
			check_equal("memory_fault.flags", vcpu->fault.flags, USERFAULT);
			atomic_fetch_add(&faults, 1);
			sched_yield();
		}
		check(vcpu->block->test[TEST_RESULT] == WORD + r,
		      "round %u: the guest has read %#llx, not %#llx", r,
		      (unsigned long long)vcpu->block->test[TEST_RESULT],
		      (unsigned long long)(WORD + r));
		atomic_store(&round_read, r);
	}
	return NULL;
}

/*
 * A vCPU that keeps asking while the host writes the page and clears its bit
 * must never see the page as it was before; each round starts without a page,
 * which is zeroes to who finds it so. It cannot show a missing barrier: that takes a
 * CPU which reorders loads, and neither x86-64 nor its emulation does. Nor that the
 * page is looked up before its bit: what is found then is invalidated by the
 * host's write. userfault.bit_is_asked_before_the_page_is_looked_up shows that.
 */
static void write_rounds(struct world *w, void (*take_away)(struct world *w),
			 void (*give)(struct world *w))
{
	pthread_t thread;

	check(!pthread_create(&thread, NULL, read_rounds, w), "cannot create a thread");
	for (unsigned int r = 1; r <= ROUNDS; r++) {
		const unsigned int faults_before = faults;

		take_away(w);
		atomic_store(&round_started, r);
		/* In every other round the vCPU is sure to be asking by now. */
		while (r % 2 && faults == faults_before)
			sched_yield();
		*host_word(w, 0) = WORD + r;
		give(w);
		while (atomic_load(&round_read) < r)
			sched_yield();
	}
	pthread_join(thread, NULL);
}

static void set_bit_and_free(struct world *w)
{
	set_bit(w, 0);
	check(!madvise(w->memory, PAGE_BYTES, MADV_DONTNEED), "MADV_DONTNEED");
}

static void clear_first_bit(struct world *w)
{
	clear_bit(w, 0);
}

static void content_comes_before_the_bit(void)
{
	struct world w;

	start_userfault(&w);
	write_rounds(&w, set_bit_and_free, clear_first_bit);
}

/* Here the page stays: the content of the round before must not be read any more. */
static void set_first_attribute(struct world *w)
{
	set_attribute(w, 0, 1);
}

static void clear_first_attribute(struct world *w)
{
	clear_attribute(w, 0, 1);
}

static void content_comes_before_the_attribute(void)
{
	struct world w;

	start_attributes(&w);
	write_rounds(&w, set_first_attribute, clear_first_attribute);
}

const struct kvm_test two_vcpu_tests[] = {
	{ "two_vcpus.both_exit_on_one_page", both_exit_on_one_page },
	{ "two_vcpus.walk_with_exit_on_missing", walk_with_exit_on_missing },
	{ "two_vcpus.walk_with_userfault", walk_with_userfault },
	{ "two_vcpus.walk_with_attributes", walk_with_attributes },
	{ "two_vcpus.content_comes_before_the_bit", content_comes_before_the_bit },
	{ "two_vcpus.content_comes_before_the_attribute", content_comes_before_the_attribute },
	{ 0 },
};
