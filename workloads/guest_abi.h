/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What guest and host share: a control block for each vCPU and a record for
 * each page, both in memory that is always mapped. Ticks are of the counter
 * that both sides read, see <arch>/ticks.h.
 */
#ifndef FAULTLINE_GUEST_ABI_H
#define FAULTLINE_GUEST_ABI_H

#include <stddef.h>
#include <stdint.h>

#define PAGE_BYTES 4096u
#define PAGE_WORDS (PAGE_BYTES / sizeof(uint64_t))

#define GUEST_IMAGE_GPA 0x10000u /* where <arch>/guest.ld links the guest's code */

/* Of each task: what it has of its own, and in the rest of it its stack. One more is the vCPU's. */
#define TASK_BYTES 8192u
#define TASK_MEMORY_BYTES(tasks) (((tasks) + 1) * (uint64_t)TASK_BYTES)

/* What a doorbell says; the host lets the guest go on when all vCPUs are there. */
enum doorbell {
	DOORBELL_READY = 1, /* about to start the workload */
	DOORBELL_DONE, /* workload finished */
	DOORBELL_VERIFIED, /* page contents checked */
	DOORBELL_EXCEPTION, /* unexpected exception, see struct guest_exception */
};

/*
 * The five stamps of a page. The guest writes t0 and t4, the host t1 to t3, and due.
 * A cache line each, so that pages do not disturb one another.
 */
struct page_record {
	uint64_t t0, t1, t2, t3, t4;
	uint32_t claimed; /* shared pages: vCPU number + 1 of who stamps */
	uint32_t pad;
	uint64_t due; /* when the fetch is to be complete, which t2 may be late for */
	uint64_t pad2;
};

_Static_assert(sizeof(struct page_record) == 64, "a page's record must be a cache line");

struct guest_exception {
	uint64_t vector; /* number in the table of exceptions */
	uint64_t syndrome; /* x86-64: error code; arm64: ESR_EL1 */
	uint64_t pc, flags, sp; /* of what was interrupted; arm64: flags is SPSR_EL1 */
	uint64_t fault_address; /* CR2; FAR_EL1 */
	uint64_t regs[31]; /* rax rcx rdx rbx rsp rbp rsi rdi r8..r15; x0..x30 */
};

/*
 * What a vCPU that writes until it is told to stop notes of that, apart from the cache line in which
 * the host tells it. When the epoch changes, it starts to count anew with the first write that
 * is done afterwards. A pass begins after an epoch's first write and is through after as many more as
 * there are pages, which is a write to each of them.
 */
struct write_log {
	uint64_t stop, epoch; /* set by the host */
	uint64_t pad[6];
	uint64_t writes; /* that are done; the last one has left that number in its page's word 0 */
	uint64_t issued_ticks, last_ticks; /* just before the last one, and after it */
	uint64_t first_ticks; /* after the epoch's first one */
	uint64_t pass_ticks; /* that the epoch's first pass took; 0 until it is through */
	uint64_t gap_ticks,
		gap_begin_ticks; /* the longest time between two, of those in the epoch */
	uint64_t seen_epoch; /* that all this is of; written last */
};

struct guest_vcpu {
	/* set by the host */
	uint64_t index; /* vCPU number */
	uint64_t workload; /* index into the table of workloads */
	uint64_t memory; /* guest address of the tested memory */
	uint64_t first_page, pages; /* this vCPU's part of it */
	uint64_t records; /* guest address of struct page_record[], one per tested page */
	uint64_t seed; /* of page contents */
	uint64_t is_write; /* access: 1 write, 0 read */
	uint64_t is_shared; /* pages are walked by all vCPUs */
	uint64_t is_zero; /* pages come up as zeroes, mode kernel on anonymous memory */
	uint64_t address; /* guest address of this block */
	uint64_t
		tasks; /* that share the vCPU; the last one only computes, if compute_ticks says so */
	uint64_t compute_ticks; /* that this one computes for, 0: there is none */
	uint64_t kvm_waits; /* for pages that its own accesses find missing */
	uint64_t async_pf; /* KVM tells of pages that are not there, so that another task can run */
	uint64_t task_memory; /* guest address of TASK_MEMORY_BYTES(tasks), where they need it */
	uint64_t begin_ticks; /* when to start the workload; set at DOORBELL_READY */
	uint64_t gap_ticks; /* a turn of waiting for that which takes as long: see spin_ticks */
	/* set by the guest */
	uint64_t
		compute_turns; /* of a loop that takes so long; in blocks of tasks 0 but for that one */
	uint64_t ready_ticks; /* just before DOORBELL_READY, see vcpu_check_clock() */
	uint64_t spin_ticks; /* waited to start, without gaps: others had the CPU then */
	uint64_t start_ticks, end_ticks; /* of the workload */
	uint64_t pages_verified; /* after the workload, with the content that they must have */
	uint64_t pages_wrong,
		wrong_page; /* failed checks, at access or afterwards; a page's number */
	uint64_t pages_not_present, pages_ready; /* that KVM has told of, see async_pf */
	struct guest_exception exception;
	uint64_t test[16]; /* for tests with a guest of their own */
	struct write_log log __attribute__((aligned(64)));
};

/*
 * Page contents: word i of page p is content_base(seed, p) + i * CONTENT_STEP.
 * A writing vCPU v then stores the complement of a word of the upper half,
 * which one depends on v, so that what the fetch wrote and what the guest
 * wrote can both be checked afterwards.
 */
#define CONTENT_STEP 0x9e3779b97f4a7c15ull /* 2^64 / golden ratio, odd */

/* The finalizer of splitmix64 (Steele, Lea, Flood 2014): every bit depends on all bits. */
static inline uint64_t content_base(uint64_t seed, uint64_t page)
{
	uint64_t z = seed * CONTENT_STEP + page + 1;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

static inline uint64_t content_written_word(uint64_t vcpu)
{
	return PAGE_WORDS - 1 - vcpu % (PAGE_WORDS / 2);
}

#endif
