// SPDX-License-Identifier: GPL-2.0-only
#include "writers.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../serving.h"
#include "../time_units.h"
#include "affinity.h"
#include "arch.h"
#include "control.h"
#include "draw.h"
#include "fail.h"
#include "futex.h"
#include "statistics.h"
#include "thread.h"

/* Interrupts KVM_RUN. */
#define PAUSE_SIGNAL SIGUSR1

/* How often a vCPU may come out with an access that nobody has forbidden: it can be just over. */
#define STRAY_MAX 100

/* In draws: vCPUs start up to so much apart, in ns of results. */
#define START_SHIFT_MAX_NS 2000u

/* How long to wait between looks at what they have noted, and how long in all. */
#define LOOK_NS 20000u
#define PASS_LIMIT_S 60

struct writer {
	struct writers *writers;
	struct vcpu vcpu;
	pthread_t thread;
	uint64_t first_page;
	struct statistic exits;
	uint64_t awaited; /* number of a write, see writers_await_all() */
	unsigned int strays;
	uint64_t stray_writes; /* that were done when it had the last one */
};

struct writers {
	struct measurement *m;
	unsigned int count;
	uint64_t epoch;
	pthread_barrier_t ready;
	bool are_gone, has_exits;
	_Atomic uint32_t closed; /* 1: who comes out of the guest waits for it to be 0 */
	_Atomic uint32_t paused; /* how many are out of KVM_RUN for writers_pause() */
	struct write_log *logs; /* of who are gone */
	struct writer v[];
};

static void wait_until_open(struct writers *writers)
{
	while (atomic_load(&writers->closed))
		futex_wait(&writers->closed, 1, NULL);
}

/* An access was not let through. It is made again, or by finish_store(), when all are. */
static void stay_out(struct writer *writer)
{
	struct writers *writers = writer->writers;
	const uint64_t writes = writer->vcpu.block->log.writes;

	if (!atomic_load(&writers->closed)) {
		writer->strays = writes == writer->stray_writes ? writer->strays + 1 : 0;
		writer->stray_writes = writes;
		if (writer->strays > STRAY_MAX)
			fail("vCPU %u: write number %llu is not let through, although nothing is to stop it",
			     writer->vcpu.index, (unsigned long long)writes + 1);
	}
	wait_until_open(writers);
}

/* KVM takes it for done when it is called again. */
static void finish_store(struct writer *writer)
{
	const struct kvm_run *run = writer->vcpu.run;
	const struct memory *memory = &writer->writers->m->memory;
	const uint64_t at = run->mmio.phys_addr - VM_TEST_GPA;

	if (at + run->mmio.len > memory->bytes)
		fail("vCPU %u: a store to %#llx, beyond tested memory", writer->vcpu.index,
		     (unsigned long long)run->mmio.phys_addr);
	memcpy(memory->hva + at, run->mmio.data, run->mmio.len);
}

static void stay_paused(struct writer *writer)
{
	struct writers *writers = writer->writers;

	if (!atomic_load(&writers->closed))
		return;
	if (atomic_fetch_add(&writers->paused, 1) + 1 == writers->count)
		futex_wake_all(&writers->paused);
	wait_until_open(writers);
	writer->vcpu.run->immediate_exit = 0;
}

/* Returns false when the guest has nothing more to do. */
static bool answer_doorbell(struct writer *writer, uint64_t entered_ticks)
{
	struct vcpu *vcpu = &writer->vcpu;

	switch (vcpu->doorbell) {
	case DOORBELL_READY:
		vcpu_check_clock(vcpu, entered_ticks, arch_ticks());
		pthread_barrier_wait(&writer->writers->ready);
		pthread_barrier_wait(&writer->writers->ready);
		/* Until here it had none: they are not checked by the guest. */
		vcpu->block->pages = writer->writers->m->point->pages;
		return true;
	case DOORBELL_DONE:
		vcpu->block->pages = 0;
		return true;
	case DOORBELL_VERIFIED:
		return false;
	default:
		fail("vCPU %u rang the doorbell with %#llx", vcpu->index,
		     (unsigned long long)vcpu->doorbell);
	}
}

static void *vcpu_main(void *arg)
{
	struct writer *writer = arg;
	const struct measurement *m = writer->writers->m;
	bool goes_on = true;
	void *pages;

	affinity_set(m->point->vcpu_cpus, writer->vcpu.index);
	pages = draw_take_pages(m, DRAW_VCPU, writer->vcpu.index);
	while (goes_on) {
		uint64_t entered = arch_ticks();

		switch (vcpu_run(&writer->vcpu)) {
		case VCPU_DOORBELL:
			goes_on = answer_doorbell(writer, entered);
			break;
		case VCPU_MEMORY_FAULT:
		case VCPU_FAULT_UNKNOWN:
			stay_out(writer);
			break;
		case VCPU_STORE:
			stay_out(writer);
			finish_store(writer);
			break;
		case VCPU_INTERRUPTED:
			stay_paused(writer);
			break;
		}
	}
	draw_give_pages(pages);
	return NULL;
}

static void on_pause_signal(int signal)
{
	(void)signal; /* only has to interrupt */
}

static void init_writer(struct writers *writers, unsigned int i)
{
	struct measurement *m = writers->m;
	struct writer *writer = &writers->v[i];
	struct guest_vcpu *block;

	writer->writers = writers;
	writer->first_page = share_begin(m->pages_total, writers->count, i);
	vcpu_create(&m->vm, &writer->vcpu, i);
	writers->has_exits = statistic_open(&writer->exits, writer->vcpu.fd, "exits");
	block = writer->vcpu.block;
	block->index = i;
	block->workload = m->point->workload;
	block->memory = VM_TEST_GPA;
	block->first_page = writer->first_page;
}

struct writers *writers_start(struct measurement *m)
{
	const struct sigaction action = { .sa_handler = on_pause_signal };
	const unsigned int count = m->point->vcpus;
	struct writers *writers = calloc(1, sizeof(*writers) + count * sizeof(writers->v[0]));
	int r;

	if (!writers)
		fail("no memory for %u vCPUs", count);
	writers->m = m;
	writers->count = count;
	pthread_barrier_init(&writers->ready, NULL, count + 1);
	sigaction(PAUSE_SIGNAL, &action, NULL);
	for (unsigned int i = 0; i < count; i++)
		init_writer(writers, i);
	if (m->point->gic != GIC_NONE)
		arch_gic_start(&m->vm);
	for (unsigned int i = 0; i < count; i++) {
		r = thread_start(&writers->v[i].thread, vcpu_main, &writers->v[i]);
		if (r)
			fail("starting the thread of vCPU %u: %s; take fewer vcpus or raise the limit on processes",
			     i, strerror(r));
	}
	pthread_barrier_wait(&writers->ready);
	control_tell(m->point, CONTROL_FINE);
	for (unsigned int i = 0; i < count; i++)
		writers->v[i].vcpu.block->begin_ticks =
			arch_ticks() + draw_shift(m, i, START_SHIFT_MAX_NS);
	writers_begin_epoch(writers);
	pthread_barrier_wait(&writers->ready);
	return writers;
}

void writers_begin_epoch(struct writers *writers)
{
	writers->epoch++;
	for (unsigned int i = 0; i < writers->count; i++)
		__atomic_store_n(&writers->v[i].vcpu.block->log.epoch, writers->epoch,
				 __ATOMIC_RELEASE);
}

/* Through the epoch's first pass. */
static bool is_through(const struct writer *writer)
{
	const volatile struct write_log *log = &writer->vcpu.block->log;

	return __atomic_load_n(&log->seen_epoch, __ATOMIC_ACQUIRE) == writer->writers->epoch &&
	       log->pass_ticks;
}

static bool has_written_all(const struct writer *writer)
{
	return __atomic_load_n(&writer->vcpu.block->log.writes, __ATOMIC_ACQUIRE) >=
	       writer->awaited;
}

static void await(struct writers *writers, bool (*is_done)(const struct writer *writer))
{
	const struct timespec look = { .tv_nsec = LOOK_NS };
	const uint64_t hz = writers->m->clock_hz, limit = arch_ticks() + PASS_LIMIT_S * hz;

	for (unsigned int i = 0; i < writers->count; i++) {
		while (!is_done(&writers->v[i])) {
			if (arch_ticks() > limit)
				fail("vCPU %u has not written to all of its pages within %u s", i,
				     PASS_LIMIT_S);
			nanosleep(&look, NULL);
		}
	}
}

void writers_await_pass(struct writers *writers)
{
	await(writers, is_through);
}

/* One more than there are: of the next one it is not known when it began. */
void writers_await_all(struct writers *writers)
{
	for (unsigned int i = 0; i < writers->count; i++)
		writers->v[i].awaited =
			writers_log(writers, i).writes + writers->m->point->pages + 1;
	await(writers, has_written_all);
}

void writers_close(struct writers *writers)
{
	atomic_store(&writers->paused, 0);
	atomic_store(&writers->closed, 1);
}

void writers_open(struct writers *writers)
{
	atomic_store(&writers->closed, 0);
	futex_wake_all(&writers->closed);
}

void writers_pause(struct writers *writers)
{
	uint32_t paused;

	for (unsigned int i = 0; i < writers->count; i++) {
		__atomic_store_n(&writers->v[i].vcpu.run->immediate_exit, 1, __ATOMIC_SEQ_CST);
		pthread_kill(writers->v[i].thread, PAUSE_SIGNAL);
	}
	while ((paused = atomic_load(&writers->paused)) < writers->count)
		futex_wait(&writers->paused, paused, NULL);
}

struct write_log writers_log(const struct writers *writers, unsigned int vcpu)
{
	struct write_log log;

	if (writers->are_gone)
		return writers->logs[vcpu];
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	memcpy(&log, &writers->v[vcpu].vcpu.block->log, sizeof(log));
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return log;
}

uint64_t writers_page(const struct writers *writers, unsigned int vcpu, uint64_t number)
{
	return writers->v[vcpu].first_page + (number - 1) % writers->m->point->pages;
}

int64_t writers_exits(const struct writers *writers)
{
	int64_t exits = 0;

	if (!writers->has_exits)
		return INT64_MAX;
	for (unsigned int i = 0; i < writers->count; i++)
		exits += (int64_t)statistic_read(&writers->v[i].exits);
	return exits;
}

void writers_stop(struct writers *writers)
{
	writers->logs = calloc(writers->count, sizeof(*writers->logs));
	if (!writers->logs)
		fail("no memory for what %u vCPUs have noted", writers->count);
	for (unsigned int i = 0; i < writers->count; i++)
		__atomic_store_n(&writers->v[i].vcpu.block->log.stop, 1, __ATOMIC_RELEASE);
	for (unsigned int i = 0; i < writers->count; i++) {
		pthread_join(writers->v[i].thread, NULL);
		writers->logs[i] = writers_log(writers, i);
		if (writers->has_exits)
			statistic_close(&writers->v[i].exits);
		vcpu_destroy(&writers->v[i].vcpu);
	}
	writers->are_gone = true;
	control_tell(writers->m->point, CONTROL_BOOT);
	pthread_barrier_destroy(&writers->ready);
}

uint64_t writers_verify(const struct writers *writers)
{
	const struct measurement *m = writers->m;
	uint64_t verified = 0;

	for (unsigned int i = 0; i < writers->count; i++) {
		const uint64_t writes = writers->logs[i].writes;

		for (uint64_t n = writes; n && n + m->point->pages > writes; n--) {
			const uint64_t page = writers_page(writers, i, n);

			verified += *(const uint64_t *)(m->memory.hva + page * PAGE_BYTES) == n;
		}
	}
	return verified;
}

void writers_free(struct writers *writers)
{
	free(writers->logs);
	free(writers);
}
