// SPDX-License-Identifier: GPL-2.0-only
/*
 * All guest access to a slot is stopped while vCPUs write to it, as for the blackout of a migration,
 * and goes on. What the guest has noted and what is in memory must agree that nothing came
 * through between.
 */
#include "freeze.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../point/arch.h"
#include "../point/fail.h"
#include "benches.h"
#include "figures.h"
#include "written.h"

/* For how long it is frozen, by the kernel's clock: many times as long as a write takes. */
#define FROZEN_NS 500000u

struct findings {
	/* Ticks from the start of freezing, and of thawing. */
	uint64_t call, last_write, thaw_call, thaw;
	uint64_t refault; /* that a page's first write took more than later ones, mean */
	int64_t exits; /* for all pages; COUNT_UNKNOWN where KVM does not tell */
	uint64_t writes; /* that were done before */
	uint64_t verified;
};

/* Word 0 of a page, which PROT_NONE keeps this process from reading itself. */
static uint64_t read_word(const struct measurement *m, int memory_fd, uint64_t page)
{
	uint64_t word;

	if (pread(memory_fd, &word, sizeof(word),
		  (off_t)(uintptr_t)(m->memory.hva + page * PAGE_BYTES)) != sizeof(word))
		fail("reading page %llu through /proc/self/mem: %s; with PROT_NONE that takes "
		     "proc_mem.force_override=always on the kernel's command line",
		     (unsigned long long)page, strerror(errno));
	return word;
}

/* The number of a vCPU's last write that has come through: it may not have noted the last one yet. */
static uint64_t writes_in_memory(const struct measurement *m, const struct writers *writers,
				 int memory_fd, unsigned int vcpu)
{
	uint64_t number = writers_log(writers, vcpu).writes;

	while (read_word(m, memory_fd, writers_page(writers, vcpu, number + 1)) == number + 1)
		number++;
	return number;
}

static void take_writes(const struct measurement *m, const struct writers *writers, int memory_fd,
			uint64_t *writes)
{
	for (unsigned int i = 0; i < m->point->vcpus; i++)
		writes[i] = writes_in_memory(m, writers, memory_fd, i);
}

/* How many writes of a vCPU came through after it was said that none would, at ticks done. */
static uint64_t slipped(const struct write_log *log, uint64_t before, uint64_t after, uint64_t done)
{
	if (after != before)
		return after - before;
	return log->issued_ticks > done;
}

static void check_frozen(const struct measurement *m, const struct writers *writers, int memory_fd,
			 const uint64_t *before, uint64_t done)
{
	uint64_t *after = calloc(m->point->vcpus, sizeof(*after));

	if (!after)
		fail("no memory for the writes of %u vCPUs", m->point->vcpus);
	take_writes(m, writers, memory_fd, after);
	for (unsigned int i = 0; i < m->point->vcpus; i++) {
		const struct write_log log = writers_log(writers, i);
		const uint64_t n = slipped(&log, before[i], after[i], done);

		if (n)
			fail("%llu writes of vCPU %u slipped through after the slot was frozen",
			     (unsigned long long)n, i);
	}
	free(after);
}

/* Freezes, looks whether it is frozen, and lets all go on. */
static void freeze_and_thaw(struct measurement *m, const struct freeze_way *way,
			    struct writers *writers, struct findings *f)
{
	const struct timespec frozen = { .tv_nsec = FROZEN_NS };
	const int memory_fd = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
	uint64_t *writes = calloc(m->point->vcpus, sizeof(*writes));
	uint64_t begin, done;

	if (memory_fd < 0 || !writes)
		fail("open /proc/self/mem: %s", strerror(errno));
	writers_close(writers);
	begin = arch_ticks();
	way->freeze(m, writers);
	done = arch_ticks();
	take_writes(m, writers, memory_fd, writes);
	f->call = done - begin;
	nanosleep(&frozen, NULL);
	check_frozen(m, writers, memory_fd, writes, done);
	for (unsigned int i = 0; i < m->point->vcpus; i++) {
		const struct write_log log = writers_log(writers, i);
		/* Who was taken out of the guest right after its last write notes the end late. */
		const uint64_t last = log.last_ticks < done ? log.last_ticks : log.issued_ticks;

		if (last > begin && last - begin > f->last_write)
			f->last_write = last - begin;
		f->writes += writes[i];
	}
	close(memory_fd);
	free(writes);

	writers_begin_epoch(writers);
	begin = arch_ticks();
	way->thaw(m, writers);
	f->thaw_call = arch_ticks() - begin;
	writers_open(writers);
	writers_await_pass(writers);
	for (unsigned int i = 0; i < m->point->vcpus; i++) {
		const uint64_t first = writers_log(writers, i).first_ticks;

		if (first < begin)
			fail("a write of vCPU %u came through while the slot was frozen", i);
		if (first - begin > f->thaw)
			f->thaw = first - begin;
	}
}

/* Ticks that the epoch's first pass took, of all vCPUs together. */
static uint64_t pass_ticks(const struct measurement *m, const struct writers *writers)
{
	uint64_t ticks = 0;

	for (unsigned int i = 0; i < m->point->vcpus; i++)
		ticks += writers_log(writers, i).pass_ticks;
	return ticks;
}

void freeze_run(struct measurement *m, const struct freeze_way *way)
{
	struct findings *f = m->findings = calloc(1, sizeof(*f));
	const uint64_t pages_after_first = m->point->vcpus * (m->point->pages - 1ull);
	struct writers *writers;
	int64_t exits;
	uint64_t first, later;

	if (!f)
		fail("no memory for findings");
	if (way->prepare)
		way->prepare(m);
	writers = writers_start(m);
	writers_await_pass(writers);
	exits = writers_exits(writers);
	freeze_and_thaw(m, way, writers, f);
	first = pass_ticks(m, writers);
	f->exits = exits == COUNT_UNKNOWN ? exits : writers_exits(writers) - exits;
	writers_begin_epoch(writers);
	writers_await_pass(writers);
	later = pass_ticks(m, writers);
	f->refault = first > later ? (first - later) / pages_after_first : 0;
	writers_stop(writers);
	f->verified = writers_verify(writers);
	writers_free(writers);
}

static void run(struct measurement *m)
{
	freeze_run(m, &freeze_ways[m->point->how]);
}

static void check(const struct measurement *m)
{
	const struct findings *f = m->findings;

	written_check(m, f->verified);
}

static void write_counts(FILE *out, const struct measurement *m)
{
	const struct findings *f = m->findings;
	const struct named_count counts[] = {
		{ "pages", (int64_t)point_pages_total(m->point) },
		{ "pages_verified", (int64_t)f->verified },
		{ "writes_before", (int64_t)f->writes },
		{ "writes_slipped", 0 }, /* or it has failed */
		{ "exits_after", f->exits },
	};

	write_named(out, "freeze", ROWS(counts));
}

static double write_times(FILE *out, const struct measurement *m, bool is_brief)
{
	const struct findings *f = m->findings;
	const struct named_ticks ticks[] = {
		{ "call_ns", f->call },	      { "last_write_ns", f->last_write },
		{ "thaw_ns", f->thaw },	      { "thaw_call_ns", f->thaw_call },
		{ "refault_ns", f->refault },
	};

	(void)is_brief;
	return write_named_ticks(out, m, "freeze_times", ROWS(ticks));
}

const struct bench bench_freeze = {
	.create = written_create,
	.run = run,
	.check = check,
	.write_counts = write_counts,
	.write_times = write_times,
};
