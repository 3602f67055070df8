// SPDX-License-Identifier: GPL-2.0-only
#include "micro.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../error.h"
#include "affinity.h"
#include "arch.h"
#include "control.h"
#include "fail.h"
#include "fetch.h"
#include "quote.h"
#include "stats.h"

#define PARTS 5 /* that a thread's operations are timed in */
#define COMPUTE_INSTRUCTIONS 400000
#define LOCK_SECTION 1000 /* instructions under the lock */
#define LOCK_OUTSIDE 100
#define LINE_BYTES 64
#define LOCK_OPS 2000 /* of all CPUs together, about */
#define ATOMIC_OPS 40
#define SLEEP_OPS 20
#define SLEEP_NS 30000 /* real */
#define SLEEP_PATH 5000 /* instructions from the timer's end to the program, and before it */
#define START_DELAY_NS 1000000 /* for the last thread to get ready */

struct test {
	const char *name;
	unsigned int (*ops)(const struct point *p); /* of each thread in each part */
	void (*run)(const struct point *p, unsigned int ops);
	/* All threads' operations come one after another: time from first start to last end. */
	bool is_serial;
	/* What an operation takes, and bounds for it. */
	void (*answer)(const struct point *p, double *expected, double *low, double *high);
};

struct thread {
	const struct point *p;
	const struct test *test;
	pthread_t id;
	unsigned int cpu;
	uint64_t times[PARTS + 1]; /* at the start of the parts, and at the end */
};

static _Atomic unsigned int ready;
static _Atomic uint64_t start_at;
/* Lines of their own: on arm64 every atomic operation first reads whether FEAT_LSE is there. */
static _Alignas(LINE_BYTES) struct {
	_Atomic int lock;
	char rest[LINE_BYTES - sizeof(int)];
	_Atomic uint64_t counter;
	char rest_too[LINE_BYTES - sizeof(uint64_t)];
} lines;

static double charge(const struct point *p)
{
	return (double)p->coherence_ns * p->speed;
}

static unsigned int compute_ops(const struct point *p)
{
	(void)p;
	return 1;
}

static void compute_run(const struct point *p, unsigned int ops)
{
	(void)p;
	(void)ops;
	arch_instructions(COMPUTE_INSTRUCTIONS);
}

/*
 * Every CPU at full speed, however many there are. Besides, the clock is
 * read, in under 100 instructions.
 */
static void compute_answer(const struct point *p, double *expected, double *low, double *high)
{
	(void)p;
	*expected = COMPUTE_INSTRUCTIONS;
	*low = *expected;
	*high = *expected + 100;
}

static unsigned int lock_ops(const struct point *p)
{
	return LOCK_OPS / PARTS / p->cpus + 1;
}

static void lock_run(const struct point *p, unsigned int ops)
{
	(void)p;
	for (unsigned int i = 0; i < ops; i++) {
		while (atomic_exchange(&lines.lock, 1))
			while (atomic_load(&lines.lock))
				arch_pause();
		arch_instructions(LOCK_SECTION);
		atomic_store_explicit(&lines.lock, 0, memory_order_release);
		arch_instructions(LOCK_OUTSIDE);
	}
}

/*
 * Sections one after another. Who waits looks once in a slice, so that a freed lock
 * stays free for half a quantum on average at most. Or it is taken too early: all
 * slices of a pass start at one time, and CPUs later in the pass, half of them, see
 * it free from the start of theirs on, half a quantum too early on average. With a
 * charge, the new holder pays for taking the lock, and mostly for seeing it free.
 */
static void lock_answer(const struct point *p, double *expected, double *low, double *high)
{
	*expected = LOCK_SECTION + charge(p);
	*low = *expected - p->quantum / 4.0;
	*high = *expected + p->quantum / 2.0 + charge(p);
}

static unsigned int atomic_ops(const struct point *p)
{
	(void)p;
	return ATOMIC_OPS;
}

/* Do the CPUs want the line so often that it goes from one to the next all the time? */
static bool is_line_always_wanted(const struct point *p)
{
	return p->cpus * charge(p) >= 2 * (2 * p->quantum + charge(p));
}

/*
 * Between two additions there are two slices at least, so that others can have had the
 * line in between. With few CPUs it is so long that they hardly ever meet.
 */
static unsigned int atomic_work(const struct point *p)
{
	return 2 * p->quantum * (is_line_always_wanted(p) ? 1 : p->cpus);
}

static void atomic_run(const struct point *p, unsigned int ops)
{
	const unsigned int work = atomic_work(p);

	for (unsigned int i = 0; i < ops; i++) {
		atomic_fetch_add(&lines.counter, 1);
		arch_instructions(work);
	}
}

/*
 * The work, the loop around it (under 10 instructions), one transfer; or as many
 * transfers as there are CPUs, one after another. 2 %: they come together by chance also
 * where there is room for them, and are fewer where one of them is held up.
 */
static void atomic_answer(const struct point *p, double *expected, double *low, double *high)
{
	*expected = is_line_always_wanted(p) ? p->cpus * charge(p) : atomic_work(p) + charge(p);
	*low = *expected * 0.98;
	*high = (*expected + 10) * 1.02;
}

static unsigned int sleep_ops(const struct point *p)
{
	(void)p;
	return SLEEP_OPS;
}

static void sleep_run(const struct point *p, unsigned int ops)
{
	const struct timespec time = { .tv_nsec = SLEEP_NS * (long)p->speed };

	fetch_thread_init();
	for (unsigned int i = 0; i < ops; i++)
		nanosleep(&time, NULL);
}

/*
 * Never less; more by the kernel's way to sleep and back, which takes some 3400
 * instructions and a few transfers, and by what a timer that is armed within a slice
 * may be late, a quantum.
 */
static void sleep_answer(const struct point *p, double *expected, double *low, double *high)
{
	*expected = SLEEP_NS * (double)p->speed;
	*low = *expected;
	*high = *expected + SLEEP_PATH + p->quantum + 10 * charge(p);
}

static const struct test tests[] = {
	{ "compute", compute_ops, compute_run, false, compute_answer },
	{ "lock", lock_ops, lock_run, true, lock_answer },
	{ "atomic", atomic_ops, atomic_run, false, atomic_answer },
	{ "sleep", sleep_ops, sleep_run, false, sleep_answer },
};
#define TESTS (sizeof(tests) / sizeof(tests[0]))

static void *run_thread(void *arg)
{
	struct thread *thread = arg;
	uint64_t times[PARTS + 1]; /* on a line that is this thread's alone */
	char cpu[16];

	snprintf(cpu, sizeof(cpu), "%u", thread->cpu);
	affinity_set(cpu, 0);
	atomic_fetch_add(&ready, 1);
	while (!atomic_load(&start_at))
		arch_pause();
	/* Without PAUSE, which would make starts differ by up to a quantum. */
	while (arch_ticks() < atomic_load(&start_at))
		;
	for (unsigned int i = 0; i < PARTS; i++) {
		times[i] = arch_ticks();
		thread->test->run(thread->p, thread->test->ops(thread->p));
	}
	times[PARTS] = arch_ticks();
	memcpy(thread->times, times, sizeof(times));
	return NULL;
}

/*
 * Of a thread's parts, the median: the kernel has a tick every 4 ms and now and then
 * other things to do, for up to some 50 us, which are no answer to what was asked.
 */
static uint64_t part_ns(const struct thread *thread)
{
	uint64_t ns[PARTS];

	for (unsigned int i = 0; i < PARTS; i++)
		ns[i] = thread->times[i + 1] - thread->times[i];
	stats_sort(ns, PARTS);
	return ns[PARTS / 2];
}

/* Returns ns per operation. */
static double run_test(const struct point *p, const struct test *test)
{
	struct thread *threads = calloc(p->cpus, sizeof(*threads));
	uint64_t first = UINT64_MAX, last = 0, sum = 0, ops = test->ops(p);

	if (!threads)
		fail("no memory for %u threads", p->cpus);
	atomic_store(&ready, 0);
	atomic_store(&start_at, 0);
	for (unsigned int i = 0; i < p->cpus; i++) {
		threads[i] = (struct thread){ .p = p, .test = test, .cpu = i };
		if (pthread_create(&threads[i].id, NULL, run_thread, &threads[i]))
			fail("cannot create thread %u of %u", i, p->cpus);
	}
	while (atomic_load(&ready) < p->cpus)
		usleep(100);
	atomic_store(&start_at, arch_ticks() + START_DELAY_NS);
	for (unsigned int i = 0; i < p->cpus; i++) {
		pthread_join(threads[i].id, NULL);
		sum += part_ns(&threads[i]);
		first = threads[i].times[0] < first ? threads[i].times[0] : first;
		last = threads[i].times[PARTS] > last ? threads[i].times[PARTS] : last;
	}
	free(threads);
	ops *= p->cpus;
	return test->is_serial ? (double)(last - first) / (PARTS * (double)ops) :
				 (double)sum / (double)ops;
}

static bool run_and_report(const struct micro *micro, const struct test *test, bool is_first,
			   FILE *out)
{
	double expected, low, high, measured = run_test(&micro->point, test);
	bool is_ok;

	test->answer(&micro->point, &expected, &low, &high);
	is_ok = measured >= low && measured <= high;
	fprintf(out,
		"%s{\"name\":\"%s\",\"expected_ns\":%.1f,\"low_ns\":%.1f,\"high_ns\":%.1f,"
		"\"measured_ns\":%.1f,\"ok\":%s}",
		is_first ? "" : ",", test->name, expected, low, high, measured,
		is_ok ? "true" : "false");
	return is_ok;
}

static void write_head(const struct micro *micro, FILE *out)
{
	fprintf(out,
		"{\"schema\":1,\"micro\":\"%s\",\"cpus\":%u,\"quantum\":%u,\"coherence_ns\":%u,"
		"\"speed\":%u,",
		micro->test, micro->point.cpus, micro->point.quantum, micro->point.coherence_ns,
		micro->point.speed);
}

bool micro_run(const struct micro *micro, FILE *out)
{
	bool is_ok = true, is_first = true;
	long online = sysconf(_SC_NPROCESSORS_ONLN);

	if (online != (long)micro->point.cpus)
		fail("the kernel has %ld CPUs, not the %u of the simulated host", online,
		     micro->point.cpus);
	arch_ticks_hz(true); /* fails when a tick is no ns */
	write_head(micro, out);
	fputs("\"tests\":[", out);
	control_send(CONTROL_FINE);
	for (size_t i = 0; i < TESTS; i++) {
		if (strcmp(micro->test, "all") && strcmp(micro->test, tests[i].name))
			continue;
		is_ok &= run_and_report(micro, &tests[i], is_first, out);
		is_first = false;
	}
	control_send(CONTROL_BOOT);
	fprintf(out, "],\"ok\":%s,\"reason\":null}\n", is_ok ? "true" : "false");
	return is_ok;
}

void micro_write_reason(const struct micro *micro, FILE *out, const char *reason)
{
	write_head(micro, out);
	fputs("\"tests\":[],\"ok\":false,\"reason\":", out);
	quote_json(out, reason);
	fputs("}\n", out);
}

bool micro_is_asked_for(char *const *arguments)
{
	return arguments[0] && !strncmp(arguments[0], MICRO_KEY "=", strlen(MICRO_KEY "="));
}

static bool is_test(const char *name)
{
	for (size_t i = 0; i < TESTS; i++)
		if (!strcmp(name, tests[i].name))
			return true;
	return !strcmp(name, "all");
}

int micro_parse(struct micro *micro, char *const *arguments)
{
	micro->test = arguments[0] + strlen(MICRO_KEY "=");
	if (!is_test(micro->test))
		return error("%s: it takes all, compute, lock, atomic, sleep", arguments[0]);
	if (point_parse(&micro->point, arguments + 1))
		return -1;
	if (micro->point.cpus < 2)
		return error("known answers need cpus=N, of 2 or more");
	return 0;
}
