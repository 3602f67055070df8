// SPDX-License-Identifier: GPL-2.0-only
#include "threads.h"

#include <stdlib.h>
#include <string.h>

#include "calls.h"

#define SPANS_MAX 6 /* three until woken, one until resolved, two until it runs */
#define BUCKETS 4096
#define KERNEL_STACK_SHIFT 14 /* 16 KiB, aligned */
#define PROGRAM_STACK_SHIFT 63 /* one and the same for all addresses */

/* What a vCPU's thread did while nobody knew yet whether a handler has its page. */
struct pending {
	struct node *node;
	enum kind kind;
	int64_t from_ns, until_ns;
};

/* A part of the time without a CPU. */
struct span {
	enum phase phase;
	enum kind kind;
	int64_t until_ns;
};

struct thread {
	uint64_t task; /* where the kernel keeps it; 0 unknown */
	struct thread *next_in_bucket, *next;
	enum role role;
	struct calls program, kernel;
	enum level level;
	struct node *node;
	/* The page. */
	enum phase phase;
	int64_t t1_ns, t2_ns;
	unsigned int event_depth, exit_depth, resolve_depth; /* of those functions, 0 not in one */
	bool is_in_workload, is_in_access; /* the latter between t0 and t4 */
	struct pending *pending;
	size_t pending_count, pending_room;
	struct thread *resolver; /* the handler that has woken this vCPU and is not at t3 yet */
	/* Without a CPU. */
	bool is_off;
	struct span spans[SPANS_MAX]; /* of the time since then; what follows is like the phase */
	unsigned int spans_count;
	int64_t off_since_ns, on_since_ns, woken_ns;
};

const char *threads_trouble;
static struct thread *buckets[BUCKETS], *all;
static int64_t counts_from_ns = INT64_MAX;
static unsigned int workloads_begun, workloads_done;

static struct thread *thread_new(enum role role)
{
	struct thread *t = calloc(1, sizeof(*t));

	threads_trouble = "no memory for threads";
	if (!t)
		return NULL;
	t->role = role;
	t->kernel.shift = KERNEL_STACK_SHIFT;
	t->program.shift = PROGRAM_STACK_SHIFT;
	t->node = account_root(role);
	t->woken_ns = INT64_MIN;
	t->next = all;
	all = t;
	return t;
}

struct thread *thread_new_idle(void)
{
	return thread_new(ROLE_IDLE);
}

void threads_free(void)
{
	struct thread *next;

	for (struct thread *t = all; t; t = next) {
		next = t->next;
		free(t->pending);
		free(t);
	}
	all = NULL;
	memset(buckets, 0, sizeof(buckets));
	counts_from_ns = INT64_MAX;
	workloads_begun = workloads_done = 0;
}

unsigned int threads_workloads_begun(void)
{
	return workloads_begun;
}

unsigned int threads_workloads_done(void)
{
	return workloads_done;
}

static struct thread **bucket(uint64_t task)
{
	return &buckets[(task >> 6) % BUCKETS];
}

static struct thread *find(uint64_t task)
{
	struct thread *t = *bucket(task);

	while (t && t->task != task)
		t = t->next_in_bucket;
	return t;
}

static void set_task(struct thread *t, uint64_t task)
{
	t->task = task;
	t->next_in_bucket = *bucket(task);
	*bucket(task) = t;
}

static void spend_until(struct pending *p, enum phase phase, int64_t until_ns)
{
	if (until_ns > p->until_ns)
		until_ns = p->until_ns;
	if (until_ns <= p->from_ns)
		return;
	account_add(p->node, phase, p->kind, (uint64_t)(until_ns - p->from_ns));
	p->from_ns = until_ns;
}

/* Now that t1 and t2 of its page are known, what was pending can be accounted for. */
static void spend_pending(struct thread *t, int64_t t1_ns, int64_t t2_ns)
{
	for (size_t i = 0; i < t->pending_count; i++) {
		spend_until(&t->pending[i], PHASE_DELIVERY, t1_ns);
		spend_until(&t->pending[i], PHASE_FETCH, t2_ns);
		spend_until(&t->pending[i], PHASE_RESOLVE, INT64_MAX);
	}
	t->pending_count = 0;
}

/* No handler has had the page. */
static void spend_on_delivery(struct thread *t)
{
	spend_pending(t, INT64_MAX, INT64_MAX);
}

int thread_spend(struct thread *t, struct node *node, enum phase phase, enum kind kind,
		 int64_t from_ns, int64_t until_ns)
{
	struct pending *last = t->pending_count ? &t->pending[t->pending_count - 1] : NULL;

	if (t->role != ROLE_VCPU || t->phase != PHASE_DELIVERY || phase != PHASE_DELIVERY) {
		account_add(node, phase, kind, (uint64_t)(until_ns - from_ns));
		return 0;
	}
	if (last && last->node == node && last->kind == kind && last->until_ns == from_ns) {
		last->until_ns = until_ns;
		return 0;
	}
	if (t->pending_count == t->pending_room) {
		size_t room = t->pending_room ? 2 * t->pending_room : 1024;

		last = reallocarray(t->pending, room, sizeof(*last));
		threads_trouble = "no memory for what threads do";
		if (!last)
			return -1;
		t->pending = last;
		t->pending_room = room;
	}
	t->pending[t->pending_count++] = (struct pending){ node, kind, from_ns, until_ns };
	return 0;
}

/* The thread was still without a CPU up to then. */
static void off_until(struct thread *t, enum phase phase, enum kind kind, int64_t until_ns)
{
	if (t->spans_count < SPANS_MAX)
		t->spans[t->spans_count++] = (struct span){ phase, kind, until_ns };
}

/*
 * Accounts for the time without a CPU, which ends at now_ns. The CPUs of a pass run one after the
 * other: who wakes a thread may be ahead of the CPU that it then runs on.
 */
static int end_off(struct thread *t, int64_t now_ns)
{
	int failed = 0;
	int64_t from = t->off_since_ns > counts_from_ns ? t->off_since_ns : counts_from_ns;

	for (unsigned int i = 0; i < t->spans_count; i++) {
		const struct span *span = &t->spans[i];
		int64_t until = span->until_ns < now_ns ? span->until_ns : now_ns;

		if (until <= from)
			continue;
		if (t->role == ROLE_VCPU || t->role == ROLE_HANDLER)
			failed |= thread_spend(t, t->node, span->phase, span->kind, from, until);
		from = until;
	}
	t->spans_count = 0;
	return failed;
}

/*
 * A thread that gets a CPU without having been woken had been preempted. It can also be
 * woken while it is still on its way to sleep, and then waits for nothing but a CPU.
 */
static int settle(struct thread *t, int64_t now_ns, bool runs_next)
{
	if (t->woken_ns >= t->off_since_ns)
		off_until(t, t->phase, KIND_ASLEEP, t->woken_ns);
	else if (!runs_next && t->woken_ns < t->on_since_ns)
		off_until(t, t->phase, KIND_ASLEEP, now_ns);
	off_until(t, t->phase, KIND_RUNNABLE, now_ns);
	return end_off(t, now_ns);
}

void threads_count_from(int64_t now_ns)
{
	counts_from_ns = now_ns;
}

int threads_count_to(int64_t now_ns)
{
	int failed = 0;

	for (struct thread *t = all; t; t = t->next) {
		if (t->is_off)
			failed |= settle(t, now_ns, false);
		spend_on_delivery(t);
	}
	return failed;
}

unsigned int threads_count(enum role role)
{
	unsigned int count = 0;

	for (struct thread *t = all; t; t = t->next)
		count += t->role == role;
	return count;
}

/*
 * t3. A vCPU that waited for the page, and was woken, now only has to get a CPU; it may also be
 * done already, and at another page.
 */
static void resolved(struct thread *t, int64_t now_ns)
{
	t->resolve_depth = 0;
	t->phase = t->role == ROLE_HANDLER ? PHASE_DELIVERY : PHASE_RESUME;
	for (struct thread *other = all; other; other = other->next) {
		if (other->resolver != t)
			continue;
		if (other->is_off)
			off_until(other, PHASE_RESOLVE, KIND_RUNNABLE, now_ns);
		other->phase = PHASE_RESUME;
		other->resolver = NULL;
	}
}

static void leave_functions(struct thread *t, uint64_t result, int64_t now_ns)
{
	unsigned int depth = t->program.depth;

	if (t->resolve_depth > depth)
		resolved(t, now_ns);
	if (t->exit_depth > depth) {
		t->exit_depth = 0;
		t->phase = PHASE_RESUME;
	}
	if (t->event_depth > depth) {
		t->event_depth = 0;
		/* It returns whether the page is this thread's to fetch. */
		if (!(result & 0xff))
			t->phase = PHASE_DELIVERY;
	}
}

static void enter_marked(struct thread *t, enum marker marker, int64_t now_ns)
{
	switch (marker) {
	case MARKER_EVENT:
		t->event_depth = t->program.depth;
		t->phase = PHASE_FETCH;
		t->t1_ns = now_ns;
		break;
	case MARKER_EXIT:
		spend_on_delivery(t);
		t->exit_depth = t->program.depth;
		t->phase = PHASE_FETCH;
		break;
	case MARKER_RESOLVE:
		if (t->resolve_depth)
			break;
		t->resolve_depth = t->program.depth;
		t->phase = PHASE_RESOLVE;
		t->t2_ns = now_ns;
		break;
	default:
		break;
	}
}

/* A thread shows what it is by its first function; what the C library calls that from is left out. */
static void take_role(struct thread *t, enum role role)
{
	t->role = role;
	t->program.depth = 0;
	t->phase = role == ROLE_HANDLER ? PHASE_DELIVERY : PHASE_NONE;
}

static int program_block(struct thread *t, const struct function *f, bool is_entry,
			 uint64_t stack_pointer, uint64_t result, int64_t now_ns)
{
	int entered;

	if (is_entry && (f->marker == MARKER_VCPU || f->marker == MARKER_HANDLER))
		take_role(t, f->marker == MARKER_VCPU ? ROLE_VCPU : ROLE_HANDLER);
	entered = calls_enter(&t->program, account_root(t->role), f, is_entry, stack_pointer);
	if (entered < 0)
		return -1;
	leave_functions(t, result, now_ns);
	if (entered && is_entry)
		enter_marked(t, f->marker, now_ns);
	t->kernel.depth = 0;
	t->node = calls_node(&t->program, account_root(t->role));
	return 0;
}

static int kernel_block(struct thread *t, struct node *below, const struct function *f,
			bool is_entry, uint64_t stack_pointer, uint64_t argument)
{
	struct frame *top;
	int entered;

	if (t->level == LEVEL_PROGRAM)
		t->kernel.depth = 0;
	t->level = LEVEL_KERNEL;
	entered = calls_enter(&t->kernel, below, f, is_entry, stack_pointer);
	if (entered < 0)
		return -1;
	t->node = calls_node(&t->kernel, below);
	if (!entered || !is_entry || f->marker != MARKER_LOCK)
		return 0;
	top = &t->kernel.frames[t->kernel.depth - 1];
	top->node = account_lock(top->node, argument);
	t->node = top->node;
	return t->node ? 0 : -1;
}

static void follow_workload(struct thread *t, const struct function *f, bool is_entry)
{
	if (!t->is_in_workload && is_entry && f->marker == MARKER_WORKLOAD) {
		t->is_in_workload = true;
		workloads_begun++;
	} else if (t->is_in_workload && f->marker != MARKER_WORKLOAD &&
		   f->marker != MARKER_MEANWHILE) {
		t->is_in_workload = false;
		workloads_done++;
	}
}

int thread_block(struct thread *t, const struct function *f, bool is_entry, uint64_t stack_pointer,
		 uint64_t argument, uint64_t result, int64_t now_ns)
{
	struct node *below = calls_node(&t->program, account_root(t->role));

	threads_trouble = "no memory for stacks";
	if (f->is_thunk)
		return 0;
	switch (f->level) {
	case LEVEL_PROGRAM:
		t->level = LEVEL_PROGRAM;
		return program_block(t, f, is_entry, stack_pointer, result, now_ns);
	case LEVEL_KERNEL:
		return kernel_block(t, below, f, is_entry, stack_pointer, argument);
	default:
		t->level = LEVEL_GUEST;
		follow_workload(t, f, is_entry);
		t->node = account_call(calls_node(&t->kernel, below), f->name);
		return t->node ? 0 : -1;
	}
}

struct node *thread_node(const struct thread *t)
{
	return t->node;
}

enum phase thread_phase(const struct thread *t)
{
	return t->phase;
}

struct thread *thread_switch(struct thread *t, uint64_t previous, uint64_t next_task,
			     int64_t now_ns)
{
	struct thread *next = find(next_task);

	if (!t->task)
		set_task(t, previous);
	if (t->task != previous) {
		threads_trouble =
			"the kernel switches from another thread than the one it switched to";
		return NULL;
	}
	if (!next) {
		next = thread_new(ROLE_OTHER);
		if (!next)
			return NULL;
		set_task(next, next_task);
	}
	t->is_off = true;
	t->off_since_ns = now_ns;
	if (next->is_off && settle(next, now_ns, true))
		return NULL;
	next->is_off = false;
	next->on_since_ns = now_ns;
	return next;
}

/*
 * A handler that resolves a page wakes the vCPU which waits for it: until then
 * it was in the phases that the handler has been through.
 */
static void share_page(struct thread *handler, struct thread *vcpu, int64_t now_ns)
{
	spend_pending(vcpu, handler->t1_ns, handler->t2_ns);
	if (vcpu->is_off) {
		off_until(vcpu, PHASE_DELIVERY, KIND_ASLEEP, handler->t1_ns);
		off_until(vcpu, PHASE_FETCH, KIND_ASLEEP, handler->t2_ns);
		off_until(vcpu, PHASE_RESOLVE, KIND_ASLEEP, now_ns);
	}
	vcpu->phase = PHASE_RESOLVE;
	vcpu->resolver = handler;
}

void thread_wake(struct thread *t, uint64_t other, int64_t now_ns)
{
	struct thread *woken = find(other);

	if (!woken || woken == t)
		return;
	if (t->role == ROLE_HANDLER && t->phase == PHASE_RESOLVE && woken->role == ROLE_VCPU &&
	    woken->phase == PHASE_DELIVERY)
		share_page(t, woken, now_ns);
	woken->woken_ns = now_ns;
}

void thread_stamp(struct thread *t)
{
	spend_on_delivery(t);
	t->resolver = NULL;
	t->is_in_access = !t->is_in_access;
	t->phase = t->is_in_access ? PHASE_DELIVERY : PHASE_NONE;
}
