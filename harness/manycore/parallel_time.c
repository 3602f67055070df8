// SPDX-License-Identifier: GPL-2.0-only
/*
 * QEMU with -icount runs all emulated CPUs in one thread, one after another, and
 * counts their instructions on one clock: N busy CPUs each get 1/N of the time.
 * Here they get all of it. A pass is one round over the CPUs. Every CPU's slice
 * of a pass starts at the same simulated time and is of the same length: the
 * quantum, or less up to the next timer. After the pass, time has advanced by the
 * longest slice.
 *
 * QEMU's round-robin loop (tcg-accel-ops-rr.c) does, with the big lock (BQL) held
 * but for the running of guest code:
 *
 *	for each CPU:
 *		if (!cpu_can_run()) continue
 *		icount_prepare_for_run()	-> icount_round(ns to the next timer): the budget
 *		run guest code			-> the clock is icount + what was executed
 *		icount_process_data()		-> icount += executed; replay_mutex_unlock()
 *	if all_cpu_threads_idle(): wake the main thread; wait until not all are idle
 *
 * and its main thread, when all_cpu_threads_idle(), moves the clock to the next
 * timer. What is replaced, and why that is safe:
 *
 * - cpu_can_run() is where a CPU has its turn, and so where passes end and begin. It
 *   is asked with the BQL held, which due timers need. Of a CPU that is halted and has
 *   nothing to wake up for QEMU says that it can run, takes and releases four locks,
 *   and finds out within cpu_exec() that it cannot. Told so at once, it moves on to the
 *   next CPU; most CPUs being halted in most passes, that is most of the work. Whether
 *   the CPU sleeps is the same then as in cpu_exec(): what wakes it up comes from other
 *   CPUs, in their turns, or with the BQL held. A CPU that is to stop (QEMU pauses
 *   or ends) may have one more turn: what asks it to also makes the loop end.
 * - icount_round() rounds to the instructions of a tick, which at shift=0 is no
 *   rounding. It is called at exactly one place, to find a slice's budget: that
 *   place is the start of a slice.
 * - replay_mutex_unlock() does nothing unless executions are recorded or replayed,
 *   which is refused here. Called by the vCPU thread while a slice is on, it is
 *   the slice's end.
 * - all_cpu_threads_idle() is the moment at which a pass that ends in idleness has
 *   to be added to the clock, before the main thread moves it on. The main thread
 *   is told yes only while the vCPU thread waits: between two slices of a pass all
 *   CPUs may be idle, too, but moving the clock right then would depend on how the
 *   two threads happen to be scheduled.
 * - qemu_timer_notify_cb() cuts short the slices of all CPUs when a CPU arms a timer,
 *   for the sake of a timer within the slice. The rest of the slice would be lost
 *   as if the CPU had stood still. Here a slice runs to its end; a timer due
 *   within the pass runs after it, less than a quantum late.
 * - icount_percpu_budget() (QEMU 10) shares the time to the next timer out among
 *   CPUs, which they need not do any more.
 *
 * What would break it: slices that run in several threads, a second caller of
 * icount_round(), a loop that does not ask cpu_can_run() right before, an inlined copy of
 * one of these functions (then no slice is ever seen, and the library says so at the end),
 * CPUs that come and go.
 */
#include "parallel_time.h"

#include <dlfcn.h>
#include <pthread.h>
#include <string.h>

#include "manycore.h"
#include "qemu.h"
#include "shortcuts.h"

__attribute__((visibility("default"))) struct manycore faultline_manycore = {
	.version = MANYCORE_VERSION,
};

#define NO_CPU -1

static struct {
	int64_t quantum, boot_quantum;
	void (*first_slice)(void);
	bool is_fine_next; /* what the guest asked for last */
	char *prepare; /* icount_prepare_for_run(), once it was found as the caller */
	pthread_t vcpu_thread;
	void *cpus[MANYCORE_CPUS_MAX];
	unsigned int cpus_count;
	/* The pass. */
	int64_t start; /* its simulated time */
	int64_t length; /* of all of its slices */
	int64_t used; /* the longest slice so far */
	int last; /* the latest CPU that had its turn */
	/* The slice. */
	bool is_in_slice;
	int64_t stalled; /* of it, for debts */
	/* The vCPU thread waits for an idle CPU to wake up. Changes under the BQL only. */
	bool is_parked;
	uint64_t passes, slices, repeated;
} now = { .last = NO_CPU };

static int64_t percpu_budget(int cpus)
{
	(void)cpus;
	return INT32_MAX; /* no limit but the slice's */
}

/*
 * The accelerator may be a module, loaded after this library: its functions can
 * be looked at only when they call for the first time.
 */
static bool is_budget_sharing(char *caller)
{
	void *start;
	const char *name = qemu_function_at(caller, &start);

	if (name && !strcmp(name, "icount_percpu_budget") &&
	    caller >= (char *)start + QEMU_JUMP_BYTES) {
		qemu_replace(name, start, percpu_budget);
		return true;
	}
	if (!name || strcmp(name, "icount_prepare_for_run"))
		refuse("icount_round was called from %s, not from icount_prepare_for_run",
		       name ? name : "an unknown function");
	now.prepare = start;
	return false;
}

/* There the lock is a real one, and replay_mutex_unlock() would be missed. */
static void refuse_replay(void)
{
	const int *replay_mode = dlsym(RTLD_DEFAULT, "replay_mode");

	if (!replay_mode || *replay_mode)
		refuse("executions cannot be recorded or replayed (-icount rr=...)");
}

static void check_running_qemu(void)
{
	if (!*qemu.use_icount || qemu.icount_to_ns(1) != 1)
		refuse("one instruction must be one ns: use -icount shift=0,sleep=off");
	if (!current_cpu || !qemu.qemu_in_vcpu_thread())
		refuse("a CPU has its turn outside of the vCPU thread");
	while (now.cpus_count < MANYCORE_CPUS_MAX &&
	       (now.cpus[now.cpus_count] = qemu.qemu_get_cpu((int)now.cpus_count)))
		shortcuts_add_cpu(now.cpus[now.cpus_count++]);
	now.vcpu_thread = pthread_self();
}

/* The index of a CPU. They mostly take turns, so the search starts at the next one. */
static int index_of(const void *cpu)
{
	for (unsigned int i = 1; i <= now.cpus_count; i++) {
		unsigned int index = (unsigned int)(now.last + (int)i) % now.cpus_count;

		if (now.cpus[index] == cpu)
			return (int)index;
	}
	refuse("a CPU runs that was not there when the first one started");
}

/* Adds the pass to the clock. No slice may be on. */
static void end_pass(void)
{
	now.start += now.used;
	now.used = 0;
	now.last = NO_CPU;
	*qemu.icount = now.start;
}

static int64_t next_timer(void)
{
	return qemu.qemu_clock_deadline_ns_all(QEMU_CLOCK_VIRTUAL, QEMU_TIMER_ATTR_ALL);
}

/* With the BQL held. */
static void begin_pass(void)
{
	int64_t deadline = next_timer();

	if (!deadline) {
		qemu.qemu_clock_run_timers(QEMU_CLOCK_VIRTUAL);
		deadline = next_timer();
	}
	faultline_manycore.fine_periods += now.is_fine_next && !faultline_manycore.is_fine;
	faultline_manycore.is_fine = now.is_fine_next;
	now.length = now.is_fine_next ? now.quantum : now.boot_quantum;
	if (deadline >= 0 && deadline < now.length)
		now.length = deadline ? deadline : 1;
	now.passes++;
}

/* How much of its slice the CPU stands still for. */
static int64_t pay_debt(int cpu)
{
	int64_t *debt = &faultline_manycore.debt_ns[cpu];
	int64_t paid = *debt < now.length ? *debt : now.length;

	*debt -= paid;
	return paid;
}

static void use(int64_t instructions)
{
	if (instructions > now.used)
		now.used = instructions;
}

/* For a whole slice. */
static void stand_still(int cpu)
{
	faultline_manycore.cpu = (unsigned int)cpu;
	now.slices++;
	use(pay_debt(cpu));
	if (!faultline_manycore.slice_begun)
		return;
	faultline_manycore.slice_begun(qemu.qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL), now.length);
	faultline_manycore.slice_ended(0);
}

/* Whether the CPU's slice need not be executed. Who follows slices sees all of them. */
static bool is_repetition(int cpu)
{
	const struct manycore *m = &faultline_manycore;

	return m->turn_repeats && m->is_fine && !m->slice_begun && !m->debt_ns[cpu] &&
	       m->turn_repeats((unsigned int)cpu, now.length);
}

/* cpu_can_run(): a CPU has its turn, which is a slice if it has anything to execute. */
static bool begin_turn(void *cpu)
{
	int index;

	if (!*qemu.use_icount || qemu.cpu_is_stopped(cpu))
		return !qemu.cpu_is_stopped(cpu);
	if (!now.cpus_count)
		check_running_qemu();
	if (!pthread_equal(pthread_self(), now.vcpu_thread) || now.is_in_slice)
		refuse("two slices at once: there must be one vCPU thread (-accel tcg,thread=single)");

	index = index_of(cpu);
	if (index <= now.last)
		end_pass();
	if (now.last == NO_CPU)
		begin_pass();
	now.last = index;
	/* Such a CPU is not idle, and to find that out takes as long as all of this. */
	if (is_repetition(index)) {
		now.slices++;
		now.repeated++;
		use(now.length);
		return false;
	}
	if (qemu.cpu_thread_is_idle(cpu)) {
		use(pay_debt(index));
		return false;
	}
	if (faultline_manycore.debt_ns[index] >= now.length) {
		stand_still(index);
		return false;
	}
	shortcuts_cpu_runs(cpu);
	return true;
}

/* icount_round(): returns how many instructions the running CPU may execute. */
static int64_t begin_slice(int64_t count)
{
	char *caller = __builtin_return_address(0);

	if (!now.prepare) {
		if (is_budget_sharing(caller))
			return count;
		now.first_slice();
	} else if (caller < now.prepare || caller > now.prepare + 4096) {
		refuse("icount_round was called from another place than icount_prepare_for_run");
	}
	if (now.last == NO_CPU || current_cpu != now.cpus[now.last] || now.is_in_slice)
		refuse("a slice was started by a CPU whose turn it is not");
	now.is_in_slice = true;
	now.slices++;

	now.stalled = pay_debt(now.last);
	faultline_manycore.slice_ns = now.start + now.stalled;
	*qemu.icount = faultline_manycore.slice_ns;
	faultline_manycore.cpu = (unsigned int)now.last;
	if (faultline_manycore.slice_begun)
		faultline_manycore.slice_begun(qemu.qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) -
						       now.stalled,
					       now.stalled);
	return now.length - now.stalled;
}

/*
 * replay_mutex_unlock(). A CPU that halted has used what it executed. Any other has
 * used its whole slice, whatever made it stop: PAUSE and YIELD mean that it waits
 * for another CPU, whose writes it can see in the next pass only.
 */
static void end_slice(void)
{
	if (!now.is_in_slice) {
		/* The main thread comes here first, before anything can have gone wrong. */
		if (!now.cpus_count)
			refuse_replay();
		return;
	}
	if (!current_cpu)
		return;
	if (faultline_manycore.slice_ended)
		faultline_manycore.slice_ended(*qemu.icount - now.start - now.stalled);
	if (faultline_manycore.turn_ended && faultline_manycore.is_fine)
		faultline_manycore.turn_ended(faultline_manycore.cpu,
					      *qemu.icount - now.start - now.stalled);
	use(qemu.cpu_thread_is_idle(current_cpu) ? *qemu.icount - now.start : now.length);
	*qemu.icount = now.start;
	now.is_in_slice = false;
}

static bool all_idle(void)
{
	void *cpu;

	for (unsigned int i = 0; i < now.cpus_count; i++)
		if (!qemu.cpu_thread_is_idle(now.cpus[i]))
			return false;
	for (int i = 0; !now.cpus_count && (cpu = qemu.qemu_get_cpu(i)); i++)
		if (!qemu.cpu_thread_is_idle(cpu))
			return false;
	return true;
}

/*
 * all_cpu_threads_idle(), called with the BQL held. A CPU that still had to stand still
 * does so while all of them are idle.
 */
static bool vcpu_thread_is_idle(void)
{
	bool is_idle = all_idle();

	if (!current_cpu)
		return is_idle && now.is_parked;
	now.is_parked = is_idle;
	if (is_idle) {
		end_pass();
		memset(faultline_manycore.debt_ns, 0, now.cpus_count * sizeof(int64_t));
	}
	return is_idle;
}

static void do_nothing(void *cpu, uint64_t data)
{
	(void)cpu;
	(void)data;
}

/* qemu_timer_notify_cb(): a timer was armed that is the next one to run. */
static void timer_armed(void *opaque, int clock)
{
	void *first;

	(void)opaque;
	if (!*qemu.use_icount || clock != QEMU_CLOCK_VIRTUAL) {
		qemu.qemu_notify_event();
		return;
	}
	if (qemu.qemu_in_vcpu_thread())
		return;
	/* Work to do wakes up the vCPU thread though all CPUs are idle. */
	first = qemu.qemu_get_cpu(0);
	if (first)
		qemu.async_run_on_cpu(first, do_nothing, 0);
}

void parallel_time_install(int64_t quantum, int64_t boot_quantum, void (*first_slice)(void))
{
	faultline_manycore.qemu_major = qemu.major;
	faultline_manycore.qemu_minor = qemu.minor;
	faultline_manycore.icount = qemu.icount;
	now.quantum = quantum;
	now.boot_quantum = boot_quantum;
	now.first_slice = first_slice;
	shortcuts_install();
	qemu_replace_symbol("cpu_can_run", begin_turn);
	qemu_replace_symbol("icount_round", begin_slice);
	qemu_replace_symbol("replay_mutex_unlock", end_slice);
	qemu_replace_symbol("all_cpu_threads_idle", vcpu_thread_is_idle);
	qemu_replace_symbol("qemu_timer_notify_cb", timer_armed);
	if (dlsym(RTLD_DEFAULT, "icount_percpu_budget"))
		qemu_replace_symbol("icount_percpu_budget", percpu_budget);
}

void parallel_time_set_fine(bool is_fine)
{
	now.is_fine_next = is_fine;
}

struct parallel_time_counts parallel_time_counts(void)
{
	return (struct parallel_time_counts){
		.passes = now.passes,
		.slices = now.slices,
		.repeated = now.repeated,
		.now_ns = now.start,
		.cpus = now.cpus_count,
	};
}
