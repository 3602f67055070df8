// SPDX-License-Identifier: GPL-2.0-only
/* Ways to stop all guest access to a slot: that they do, that one which does not is found, and KVM itself. */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "../../harness/benches/benches.h"
#include "../../harness/benches/freeze.h"
#include "../../harness/modes/modes.h"
#include "accessors.h"
#include "test.h"

#define WORD 0xf40e2eull

/* A benchmark's point, as far as it is made without a VM of the tests' own. */
static void start(struct measurement *m, const char *how)
{
	static struct point point;
	char pair[32], *pairs[] = { pair,	  "bench=freeze", "tier=nested", "vcpus=2",
				    "slot_mib=8", "pages=16",	  NULL };

	snprintf(pair, sizeof(pair), "how=%s", how);
	check(!point_parse(&point, pairs), "the point is refused");
	*m = (struct measurement){
		.point = &point,
		.bench = &bench_freeze,
		.mode = modes[point.mode],
		.pages_total = point_slot_pages(&point),
	};
	bench_freeze.create(m);
}

static void try_way(const char *how)
{
	struct measurement m;

	start(&m, how);
	bench_freeze.run(&m);
	(bench_freeze.check)(&m); /* no macro of test.h */
}

static void flag_stops_all(void)
{
	try_way("flag");
}

static void memslot_stops_all(void)
{
	try_way("memslot");
}

static void mprotect_stops_all(void)
{
	try_way("mprotect");
}

static void pause_stops_all(void)
{
	try_way("pause");
}

static void freeze_nothing(struct measurement *m, struct writers *writers)
{
	(void)m;
	(void)writers;
}

/* That of the second vCPU alone. */
static void protect_half(struct measurement *m, struct writers *writers)
{
	const size_t half = m->memory.bytes / 2;

	(void)writers;
	check(!mprotect(m->memory.hva + half, half, PROT_NONE), "mprotect: %s", strerror(errno));
}

static void unprotect(struct measurement *m, struct writers *writers)
{
	(void)writers;
	check(!mprotect(m->memory.hva, m->memory.bytes, PROT_READ | PROT_WRITE), "mprotect: %s",
	      strerror(errno));
}

static void run_way(const struct freeze_way *way)
{
	struct measurement m;

	start(&m, "pause");
	freeze_run(&m, way);
}

static void run_nothing(void)
{
	static const struct freeze_way way = { NULL, freeze_nothing, freeze_nothing };

	run_way(&way);
}

static void run_half(void)
{
	static const struct freeze_way way = { NULL, protect_half, unprotect };

	run_way(&way);
}

static void expect_leak(void (*run)(void), const char *what)
{
	char reason[2048];

	run_to_failure(run, reason, sizeof(reason));
	check(strstr(reason, what), "ended with '%s' instead of a leak", reason);
}

static void leak_is_found(void)
{
	expect_leak(run_nothing, " slipped through after the slot was frozen");
	expect_leak(run_half, "of vCPU 0 slipped through after the slot was frozen");
}

/* The one accessor that every of these VMs has and that goes on where there is no memory. */
static const struct accessor *wall_clock(void)
{
	const struct accessor *accessor = accessors;

	while (accessor->name && strcmp(accessor->name, "wall clock"))
		accessor++;
	if (!accessor->name)
		skip("none of this architecture's accessors goes on without memory");
	return accessor;
}

static void start_world(struct world *w)
{
	create_world(w, 0);
	set_slot(w, 0);
	guest_write(&w->vcpus[0], ACCESSED_PAGE, WORD);
}

/* The guest is stopped, KVM is not: the wall clock's version and seconds are there. */
static void flag_lets_kvm_write(void)
{
	const struct accessor *accessor = wall_clock();
	struct world w;

	start_world(&w);
	need_userfault(&w);
	set_bit(&w, ACCESSED_PAGE);
	set_slot(&w, ABI_MEM_USERFAULT);
	accessor->access(&w, 0);
	check(*host_word(&w, ACCESSED_PAGE) != WORD, "KVM has not written");
	expect_read_fault(&w.vcpus[0], ACCESSED_PAGE, ABI_MEMORY_EXIT_FLAG_USERFAULT);
}

/* What KVM would have written is lost. */
static void memslot_stops_kvm(void)
{
	const struct accessor *accessor = wall_clock();
	struct world w;

	start_world(&w);
	w.region.memory_size = 0;
	set_slot(&w, 0);
	accessor->access(&w, 0);
	check_equal("the word", *host_word(&w, ACCESSED_PAGE), WORD);
	w.region.memory_size = HUGE_BYTES;
	set_slot(&w, 0);
	check_equal("the word in the guest", guest_read(&w.vcpus[0], ACCESSED_PAGE), WORD);
}

static void mprotect_stops_kvm(void)
{
	const struct accessor *accessor = wall_clock();
	struct world w;

	start_world(&w);
	check(!mprotect(w.memory, HUGE_BYTES, PROT_NONE), "mprotect: %s", strerror(errno));
	accessor->access(&w, 0);
	check(!mprotect(w.memory, HUGE_BYTES, PROT_READ | PROT_WRITE), "mprotect: %s",
	      strerror(errno));
	check_equal("the word", *host_word(&w, ACCESSED_PAGE), WORD);
}

const struct kvm_test freeze_tests[] = {
	{ "freeze.flag_stops_all", flag_stops_all },
	{ "freeze.memslot_stops_all", memslot_stops_all },
	{ "freeze.mprotect_stops_all", mprotect_stops_all },
	{ "freeze.pause_stops_all", pause_stops_all },
	{ "freeze.leak_is_found", leak_is_found },
	{ "freeze.flag_lets_kvm_write", flag_lets_kvm_write },
	{ "freeze.memslot_stops_kvm", memslot_stops_kvm },
	{ "freeze.mprotect_stops_kvm", mprotect_stops_kvm },
	{ 0 },
};
