// SPDX-License-Identifier: GPL-2.0-only
#include "vcpus.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "../../workloads/workload.h"
#include "../mode.h"
#include "../serving.h"
#include "../time_units.h"
#include "affinity.h"
#include "arch.h"
#include "control.h"
#include "cpu_time.h"
#include "draw.h"
#include "fail.h"
#include "pages.h"
#include "pulse.h"
#include "thread.h"

struct vcpu_thread {
	struct measurement *m;
	struct crew *crew;
	struct vcpu vcpu;
	pthread_t thread;
	uint64_t last_page; /* that KVM_RUN reported missing */
	uint64_t ready_cpu_ns; /* CPU time of the thread before it enters its workload */
	uint64_t done_cpu_ns; /* and before the guest checks its pages */
	uint64_t checked_cpu_ns; /* and after that */
};

struct crew {
	struct vcpu_thread *threads; /* as many as vCPUs */
	pthread_barrier_t barrier;
	struct pulse pulse; /* on native tiers: elsewhere, what stops the VM stops its clock */
	_Atomic unsigned int done; /* vCPUs that are through with their workloads */
};

#define NO_PAGE UINT64_MAX

/*
 * From the moment that all vCPUs are ready to their start, in ns of the kernel's clock:
 * long enough for all of their threads to be woken up and sleep again. The last part of
 * it is left for waking up and entering the guest.
 */
#define START_AFTER_NS 10000000u
#define START_AFTER_NS_PER_VCPU 50000u
#define START_ENTRY_NS 100000u
#define START_SHIFT_MAX_NS 2000u /* of results */
#define START_GAP_NS 10000u /* more than a turn of the guest's waiting takes with interrupts */

/* Pages come up as zeroes where nobody puts content there. */
static bool is_zero(const struct measurement *m)
{
	return mode_is_passive(m->mode) && !m->memory.alias;
}

/* Pages that vCPU number index, of vcpus, is responsible for when they are split evenly. */
static void set_part(const struct measurement *m, struct guest_vcpu *block)
{
	unsigned int n = m->point->vcpus;

	block->first_page = share_begin(m->pages_total, n, block->index);
	block->pages = share_begin(m->pages_total, n, block->index + 1) - block->first_page;
}

static void init_block(struct measurement *m, struct guest_vcpu *block, unsigned int index)
{
	bool is_shared = workload_is_shared[m->point->workload];

	block->index = index;
	block->workload = m->point->workload;
	block->memory = VM_TEST_GPA;
	block->records = m->vm.extra_gpa;
	block->seed = m->point->seed;
	block->is_write = m->point->access == ACCESS_WRITE;
	block->is_shared = is_shared;
	block->is_zero = is_zero(m);
	block->tasks = point_tasks(m->point);
	block->compute_ticks = ticks_of_ns(m->point->compute_ms * (NS_PER_S / 1000), m->ticks_hz);
	block->kvm_waits = m->mode->kvm_waits;
	block->async_pf = m->mode->defer != NULL;
	block->task_memory = m->task_memory_gpa + index * task_memory_bytes(m);
	set_part(m, block);
	if (is_shared) {
		block->first_page = 0;
		block->pages = m->pages_total;
	}
}

/* Waits for all vCPUs. Returns true in one of them, before the others may go on(). */
static bool meet(struct vcpu_thread *thread)
{
	return pthread_barrier_wait(&thread->crew->barrier) == PTHREAD_BARRIER_SERIAL_THREAD;
}

static void go_on(struct vcpu_thread *thread)
{
	pthread_barrier_wait(&thread->crew->barrier);
}

static int64_t handlers_cpu_ns(const struct measurement *m)
{
	return m->mode->cpu_ns ? (int64_t)m->mode->cpu_ns(m) : 0;
}

/*
 * A barrier lets threads go one after the other, which takes the longer the more there
 * are. So they agree on a time to start at, sleep until shortly before it, and
 * wait for the rest within the guest.
 */
static void start_together(struct vcpu_thread *thread)
{
	struct measurement *m = thread->m;
	const uint64_t hz = m->clock_hz;

	if (meet(thread)) {
		control_tell(m->point, CONTROL_FINE);
		pulse_reset(&thread->crew->pulse);
		m->handler_cpu_ns = -handlers_cpu_ns(m);
		m->begin_ticks = arch_ticks() + ticks_of_ns(START_AFTER_NS, hz) +
				 m->point->vcpus * ticks_of_ns(START_AFTER_NS_PER_VCPU, hz);
	}
	go_on(thread);
	thread->vcpu.block->begin_ticks =
		m->begin_ticks + draw_shift(m, thread->vcpu.index, START_SHIFT_MAX_NS);
	thread->vcpu.block->gap_ticks = ticks_of_ns(START_GAP_NS, hz);
	thread->ready_cpu_ns = cpu_time_ns(pthread_self());
	ticks_sleep_until(m->begin_ticks - ticks_of_ns(START_ENTRY_NS, hz), hz);
	/* The sleep is no work either; but who is late for want of a CPU must not be held up. */
	if (arch_ticks() < m->begin_ticks - ticks_of_ns(START_ENTRY_NS / 2, hz))
		thread->ready_cpu_ns = cpu_time_ns(pthread_self());
}

/* CPU time of all vCPUs' threads since they were ready. */
static int64_t vcpus_cpu_ns(const struct measurement *m, const struct crew *crew)
{
	int64_t ns = 0;

	for (unsigned int i = 0; i < m->point->vcpus; i++)
		ns += (int64_t)(cpu_time_ns(crew->threads[i].thread) -
				crew->threads[i].ready_cpu_ns);
	return ns;
}

/*
 * CPU time is read where that takes no time from workloads on the same CPU: by the last of
 * all. The others sleep by then, or are about to.
 */
static void finish_together(struct vcpu_thread *thread)
{
	struct measurement *m = thread->m;
	struct crew *crew = thread->crew;

	if (atomic_fetch_add(&crew->done, 1) + 1 == m->point->vcpus) {
		m->handler_cpu_ns += handlers_cpu_ns(m);
		m->cpu_ns = m->handler_cpu_ns + vcpus_cpu_ns(m, crew);
		m->held_up_ns = pulse_late_ns(&crew->pulse);
	}
	if (meet(thread))
		control_tell(m->point, CONTROL_BOOT);
	go_on(thread);
}

/* Returns false when the guest has nothing more to do. */
static bool answer_doorbell(struct vcpu_thread *thread, uint64_t entered_ticks)
{
	struct vcpu *vcpu = &thread->vcpu;

	switch (vcpu->doorbell) {
	case DOORBELL_READY:
		vcpu_check_clock(vcpu, entered_ticks, arch_ticks());
		start_together(thread);
		return true;
	case DOORBELL_DONE:
		finish_together(thread);
		/* Each page is checked once, whoever has walked it. */
		set_part(thread->m, vcpu->block);
		thread->done_cpu_ns = cpu_time_ns(pthread_self());
		return true;
	case DOORBELL_VERIFIED:
		thread->checked_cpu_ns = cpu_time_ns(pthread_self());
		return false;
	default:
		fail("vCPU %u rang the doorbell with %#llx", vcpu->index,
		     (unsigned long long)vcpu->doorbell);
	}
}

static void answer_fault(struct vcpu_thread *thread, uint64_t t1)
{
	struct measurement *m = thread->m;
	const struct abi_memory_fault *fault = &thread->vcpu.fault;
	uint64_t page = (fault->gpa - VM_TEST_GPA) / PAGE_BYTES;

	if (fault->gpa < VM_TEST_GPA || page >= m->pages_total || m->mode->way != WAY_EXIT)
		fail("vCPU %u: KVM_RUN reports a memory fault (gpa %#llx, size %#llx, flags %#llx) that mode %s does not resolve",
		     thread->vcpu.index, (unsigned long long)fault->gpa,
		     (unsigned long long)fault->size, (unsigned long long)fault->flags,
		     mode_names[m->point->mode]);
	page = grain_begin(m, page);
	if (fault->flags & ABI_MEMORY_EXIT_FLAG_ASYNC_PF_USER) {
		page_defer(m, &thread->vcpu, page, t1);
		thread->last_page = NO_PAGE;
		return;
	}
	page_exit(m, page, t1, fault->flags & ABI_MEMORY_EXIT_FLAG_USERFAULT,
		  page == thread->last_page);
	thread->last_page = page;
}

static void *vcpu_main(void *arg)
{
	struct vcpu_thread *thread = arg;
	bool goes_on = true;
	void *pages;

	affinity_set(thread->m->point->vcpu_cpus, thread->vcpu.index);
	pages = draw_take_pages(thread->m, DRAW_VCPU, thread->vcpu.index);
	fetch_thread_init();
	while (goes_on) {
		uint64_t entered = arch_ticks();
		enum vcpu_exit exit = vcpu_run(&thread->vcpu);

		switch (exit) {
		case VCPU_MEMORY_FAULT:
			answer_fault(thread, arch_ticks());
			break;
		case VCPU_DOORBELL:
			goes_on = answer_doorbell(thread, entered);
			break;
		case VCPU_INTERRUPTED:
			break;
		case VCPU_STORE:
			fail("vCPU %u: there is no slot at %#llx, where it writes",
			     thread->vcpu.index,
			     (unsigned long long)thread->vcpu.run->mmio.phys_addr);
		case VCPU_FAULT_UNKNOWN:
			fail("vCPU %u: KVM_RUN: bad address, and no word of which",
			     thread->vcpu.index);
		}
	}
	draw_give_pages(pages);
	return NULL;
}

static void start_vcpus(struct measurement *m, struct crew *crew)
{
	struct vcpu_thread *threads = crew->threads;

	for (unsigned int i = 0; i < m->point->vcpus; i++) {
		threads[i].m = m;
		threads[i].crew = crew;
		threads[i].last_page = NO_PAGE;
		vcpu_create(&m->vm, &threads[i].vcpu, i);
		init_block(m, threads[i].vcpu.block, i);
	}
	if (m->point->gic != GIC_NONE)
		arch_gic_start(&m->vm);
	for (unsigned int i = 0; i < m->point->vcpus; i++) {
		int r = thread_start(&threads[i].thread, vcpu_main, &threads[i]);

		if (r)
			fail("starting the thread of vCPU %u: %s; take fewer vcpus or raise the limit on processes",
			     i, strerror(r));
	}
}

/* Of the quickest: others may have had to map pages on the way, or have their caches taken. */
static void note_check(struct measurement *m, const struct vcpu_thread *thread)
{
	const uint64_t pages = thread->vcpu.block->pages;
	uint64_t ns;

	if (!pages)
		return;
	ns = (thread->checked_cpu_ns - thread->done_cpu_ns) / pages;
	if (!m->check_page_cpu_ns || ns < m->check_page_cpu_ns)
		m->check_page_cpu_ns = ns;
}

void vcpus_run(struct measurement *m)
{
	unsigned int vcpus = m->point->vcpus;
	struct crew crew = { .threads = calloc(vcpus, sizeof(*crew.threads)) };
	int r;

	if (!crew.threads)
		fail("no memory for %u vCPUs", vcpus);
	pthread_barrier_init(&crew.barrier, NULL, vcpus);
	if (point_is_native(m->point) && (r = pulse_start(&crew.pulse)))
		fail("starting a thread: %s", strerror(r));
	start_vcpus(m, &crew);
	for (unsigned int i = 0; i < vcpus; i++) {
		pthread_join(crew.threads[i].thread, NULL);
		m->blocks[i] = *crew.threads[i].vcpu.block;
		note_check(m, &crew.threads[i]);
		m->cpu_ns -= (int64_t)ns_of_ticks(m->blocks[i].spin_ticks, m->clock_hz);
		vcpu_destroy(&crew.threads[i].vcpu);
	}
	if (point_is_native(m->point))
		pulse_stop(&crew.pulse);
	pthread_barrier_destroy(&crew.barrier);
	free(crew.threads);
}
