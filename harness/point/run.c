// SPDX-License-Identifier: GPL-2.0-only
#include "run.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "../../workloads/workload.h"
#include "../mode.h"
#include "../time_units.h"
#include "affinity.h"
#include "arch.h"
#include "control.h"
#include "fail.h"
#include "record.h"

/* workloads/image.S */
extern const uint8_t guest_image[], guest_image_end[];

/* A vCPU's thread needs little; the default of 8 MiB is only address space, but adds up. */
#define THREAD_STACK_BYTES (128u << 10)

#define GIC_ALIGN 65536ull

struct vcpu_thread {
	struct run *run;
	struct vcpu vcpu;
	pthread_t thread;
	pthread_barrier_t *barrier;
	uint64_t last_page; /* that KVM_RUN reported missing */
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

/* Pages come up as zeroes where nobody puts content there. */
static bool run_is_zero(const struct run *run)
{
	return mode_is_passive(run->mode) && !run->memory.alias;
}

/* Pages that vCPU number index, of vcpus, is responsible for when they are split evenly. */
static void set_part(const struct run *run, struct guest_vcpu *block)
{
	uint64_t n = run->point->vcpus;

	block->first_page = run->pages_total * block->index / n;
	block->pages = run->pages_total * (block->index + 1) / n - block->first_page;
}

static void init_block(struct run *run, struct guest_vcpu *block, unsigned int index)
{
	bool is_shared = workload_is_shared[run->point->workload];

	block->index = index;
	block->workload = run->point->workload;
	block->memory = VM_TEST_GPA;
	block->records = run->vm.extra_gpa;
	block->seed = run->point->seed;
	block->is_write = run->point->access == ACCESS_WRITE;
	block->is_shared = is_shared;
	block->is_zero = run_is_zero(run);
	set_part(run, block);
	if (is_shared) {
		block->first_page = 0;
		block->pages = run->pages_total;
	}
}

/* Waits for all vCPUs. Returns true in one of them, before the others may go on(). */
static bool meet(struct vcpu_thread *thread, char command)
{
	bool is_first = pthread_barrier_wait(thread->barrier) == PTHREAD_BARRIER_SERIAL_THREAD;

	if (is_first && point_is_manycore(thread->run->point))
		control_send(command);
	return is_first;
}

static void go_on(struct vcpu_thread *thread)
{
	pthread_barrier_wait(thread->barrier);
}

/*
 * A barrier lets threads go one after the other, which takes the longer the more there
 * are. So they agree on a time to start at, sleep until shortly before it, and
 * wait for the rest within the guest.
 */
static void start_together(struct vcpu_thread *thread)
{
	struct run *run = thread->run;
	const uint64_t hz = run->clock_hz;

	if (meet(thread, CONTROL_FINE))
		run->begin_ticks = arch_ticks() + ticks_of_ns(START_AFTER_NS, hz) +
				   run->point->vcpus * ticks_of_ns(START_AFTER_NS_PER_VCPU, hz);
	go_on(thread);
	thread->vcpu.block->begin_ticks = run->begin_ticks;
	ticks_sleep_until(run->begin_ticks - ticks_of_ns(START_ENTRY_NS, hz), hz);
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
		meet(thread, CONTROL_BOOT);
		go_on(thread);
		/* Each page is checked once, whoever has walked it. */
		set_part(thread->run, vcpu->block);
		return true;
	case DOORBELL_VERIFIED:
		return false;
	default:
		fail("vCPU %u rang the doorbell with %#llx", vcpu->index,
		     (unsigned long long)vcpu->doorbell);
	}
}

static void answer_fault(struct vcpu_thread *thread, uint64_t t1)
{
	struct run *run = thread->run;
	const struct abi_memory_fault *fault = &thread->vcpu.fault;
	uint64_t page = (fault->gpa - VM_TEST_GPA) / PAGE_BYTES;

	if (fault->gpa < VM_TEST_GPA || page >= run->pages_total || run->mode->way != WAY_EXIT)
		fail("vCPU %u: KVM_RUN reports a memory fault (gpa %#llx, size %#llx, flags %#llx) that mode %s does not resolve",
		     thread->vcpu.index, (unsigned long long)fault->gpa,
		     (unsigned long long)fault->size, (unsigned long long)fault->flags,
		     mode_names[run->point->mode]);
	page_exit(run, page, t1, fault->flags & ABI_MEMORY_EXIT_FLAG_USERFAULT,
		  page == thread->last_page);
	thread->last_page = page;
}

static void *vcpu_main(void *arg)
{
	struct vcpu_thread *thread = arg;
	bool goes_on = true;

	affinity_set(thread->run->point->vcpu_cpus, thread->vcpu.index);
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
		case VCPU_FAULT_UNKNOWN:
			fail("vCPU %u: KVM_RUN: bad address, and no word of which",
			     thread->vcpu.index);
		}
	}
	return NULL;
}

static void start_vcpus(struct run *run, struct vcpu_thread *threads, pthread_barrier_t *barrier)
{
	pthread_attr_t attr;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, THREAD_STACK_BYTES);
	for (unsigned int i = 0; i < run->point->vcpus; i++) {
		threads[i].run = run;
		threads[i].barrier = barrier;
		threads[i].last_page = NO_PAGE;
		vcpu_create(&run->vm, &threads[i].vcpu, i);
		init_block(run, threads[i].vcpu.block, i);
	}
	if (run->point->gic != GIC_NONE)
		arch_gic_start(&run->vm);
	for (unsigned int i = 0; i < run->point->vcpus; i++) {
		int r = pthread_create(&threads[i].thread, &attr, vcpu_main, &threads[i]);

		if (r)
			fail("starting the thread of vCPU %u: %s; take fewer vcpus or raise the limit on processes",
			     i, strerror(r));
	}
	pthread_attr_destroy(&attr);
}

static void run_vcpus(struct run *run, struct guest_vcpu *blocks)
{
	unsigned int vcpus = run->point->vcpus;
	struct vcpu_thread *threads = calloc(vcpus, sizeof(*threads));
	pthread_barrier_t barrier;

	if (!threads)
		fail("no memory for %u vCPUs", vcpus);
	pthread_barrier_init(&barrier, NULL, vcpus);
	start_vcpus(run, threads, &barrier);
	for (unsigned int i = 0; i < vcpus; i++) {
		pthread_join(threads[i].thread, NULL);
		blocks[i] = *threads[i].vcpu.block;
		vcpu_destroy(&threads[i].vcpu);
	}
	pthread_barrier_destroy(&barrier);
	free(threads);
}

static void set_tested_slot(struct run *run)
{
	int r = vm_set_slot(&run->vm, &run->slot);

	if (r)
		fail("memslot with %zu MiB of tested memory, flags %#x: %s",
		     run->memory.bytes >> 20, run->slot.flags, strerror(-r));
}

/* A vCPU takes 2 descriptors, a userfaultfd or a handler thread one. */
static void raise_descriptor_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

void run_point(const struct point *point, const struct mode *mode, FILE *out)
{
	struct run run = {
		.point = point,
		.mode = mode,
		.pages_total = point_pages_total(point),
	};
	size_t bytes = run.pages_total * PAGE_BYTES;
	struct guest_vcpu *blocks = calloc(point->vcpus, sizeof(*blocks));
	const char *reason;

	if (point->arch != arch_of_machine())
		skip("arch=%s was asked for, and this machine is none", arch_names[point->arch]);
	raise_descriptor_limit();
	vm_create(&run.vm, point->vcpus, guest_image, guest_image_end - guest_image, bytes,
		  run.pages_total * sizeof(struct page_record));
	if (point->gic != GIC_NONE)
		arch_gic_create(&run.vm, (VM_TEST_GPA + bytes + GIC_ALIGN - 1) & ~(GIC_ALIGN - 1));
	reason = mode->probe ? mode->probe(&run.vm) : NULL;
	if (reason)
		skip("mode %s: %s", mode_names[point->mode], reason);

	run.clock_hz = arch_ticks_hz(tier_kinds[point->tier].is_simulated);
	run.ticks_hz = run.clock_hz * point->speed;
	run.records = vm_system_hva(&run.vm, run.vm.extra_gpa);
	run.page_states = calloc(run.pages_total, sizeof(*run.page_states));
	if (!blocks || !run.page_states)
		fail("no memory for the states of %llu pages", (unsigned long long)run.pages_total);
	memory_create(&run.memory, point->backing, point->fault, bytes);
	if (!mode_is_passive(mode)) {
		memory_add_source(&run.memory, point->seed);
		fetch_init(&run.fetch, &point->fetch, point->wait, run.clock_hz, point->speed);
	}
	run.slot = (struct abi_memory_region2){
		.slot = VM_TEST_SLOT,
		.guest_phys_addr = VM_TEST_GPA,
		.memory_size = run.memory.bytes,
		.userspace_addr = (uintptr_t)run.memory.hva,
	};
	if (mode->start)
		mode->start(&run);
	set_tested_slot(&run);

	run_vcpus(&run, blocks);

	if (mode->stop)
		mode->stop(&run);
	run_check(&run, blocks);
	record_write(out, &run, blocks);

	vm_destroy(&run.vm);
	memory_destroy(&run.memory);
	free(run.page_states);
	free(blocks);
}
