/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The guest's threads as seen from outside: the stack of calls that each is in, the phase of the page
 * that it is at, and what it does while no CPU runs it. Times are simulated ns; everything is
 * added to the account from threads_count_from() on.
 */
#ifndef FAULTLINE_MANYCORE_THREADS_H
#define FAULTLINE_MANYCORE_THREADS_H

#include <stdbool.h>
#include <stdint.h>

#include "account.h"
#include "functions.h"

struct thread;

/* Why threads cannot be followed any more; set by what returns -1 or NULL. */
extern const char *threads_trouble;

/* A CPU's first thread, which later is the one that idles. NULL with threads_trouble. */
struct thread *thread_new_idle(void);

/* Forgets all threads. */
void threads_free(void);

/* From now on, time counts. */
void threads_count_from(int64_t now_ns);

/* Accounts for the time of threads without a CPU up to now. Returns 0 or -1. */
int threads_count_to(int64_t now_ns);

/* Threads that are a vCPU's, or a handler's. */
unsigned int threads_count(enum role role);

/* vCPUs that have begun their workload so far, and those that have finished it. */
unsigned int threads_workloads_begun(void);
unsigned int threads_workloads_done(void);

/*
 * A block of code starts on the thread's CPU. is_entry: at its function's first instruction.
 * stack_pointer as in the register, argument: the function's first one at its entry, result: the
 * return value if a function has just returned.
 * Returns 0 or -1.
 */
int thread_block(struct thread *t, const struct function *f, bool is_entry, uint64_t stack_pointer,
		 uint64_t argument, uint64_t result, int64_t now_ns);

/* What time on the CPU goes to from here on. */
struct node *thread_node(const struct thread *t);
enum phase thread_phase(const struct thread *t);

/*
 * Accounts for some of the thread's time, of its CPU or without one. What a vCPU's thread does in
 * delivery may turn out, when it is woken, to have been in a later phase already: it does not
 * notice when a handler has its page. Returns 0 or -1.
 */
int thread_spend(struct thread *t, struct node *node, enum phase phase, enum kind kind,
		 int64_t from_ns, int64_t until_ns);

/*
 * The CPU goes from thread t to another one. previous and next are the addresses that the kernel knows
 * them by. Returns the thread that runs next, or NULL.
 */
struct thread *thread_switch(struct thread *t, uint64_t previous, uint64_t next, int64_t now_ns);

/* Thread t wakes another one. */
void thread_wake(struct thread *t, uint64_t other, int64_t now_ns);

/* The vCPU's thread has read the clock in its workload: before an access, after it, and so on. */
void thread_stamp(struct thread *t);

#endif
