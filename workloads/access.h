/* SPDX-License-Identifier: GPL-2.0-only */
/* How a workload touches tested memory; the only header that it needs. */
#ifndef FAULTLINE_ACCESS_H
#define FAULTLINE_ACCESS_H

#include "guest_abi.h"

#if defined(__x86_64__)
#include "x86_64/cpu.h"
#elif defined(__aarch64__)
#include "arm64/cpu.h"
#endif

static inline volatile uint64_t *page_words(const struct guest_vcpu *self, uint64_t page)
{
	return (volatile uint64_t *)(self->memory + page * PAGE_BYTES);
}

static inline struct page_record *page_record(const struct guest_vcpu *self, uint64_t page)
{
	return (struct page_record *)self->records + page;
}

/* Word 0 of a page before the guest writes to it; word i is i steps away. */
static inline uint64_t page_base(const struct guest_vcpu *self, uint64_t page)
{
	return self->is_zero ? 0 : content_base(self->seed, page);
}

static inline uint64_t page_step(const struct guest_vcpu *self)
{
	return self->is_zero ? 0 : CONTENT_STEP;
}

static inline void count_wrong_page(struct guest_vcpu *self, uint64_t page)
{
	self->pages_wrong++;
	self->wrong_page = page;
}

/* Whether this vCPU is the one to record the page: the first to get here. */
static inline _Bool claim_page(const struct guest_vcpu *self, struct page_record *record)
{
	uint32_t nobody = 0;

	return !self->is_shared ||
	       __atomic_compare_exchange_n(&record->claimed, &nobody, (uint32_t)self->index + 1, 0,
					   __ATOMIC_RELAXED, __ATOMIC_RELAXED);
}

/*
 * One access, timed, to a page of tested memory (0 is the first one), and a
 * check that the right page was there. To be called once a page and vCPU, with
 * the time at which the page's fault began.
 *
 * The page is claimed before the access: if it were claimed afterwards, a vCPU
 * that comes when the page is there could record it, as if it had waited.
 */
static inline void touch_page_since(struct guest_vcpu *self, uint64_t page, uint64_t t0)
{
	volatile uint64_t *words = page_words(self, page);
	struct page_record *record = page_record(self, page);
	const uint64_t word = content_written_word(self->index);
	const uint64_t base = page_base(self, page);
	const uint64_t content = base + word * page_step(self);
	const _Bool is_write = self->is_write;
	uint64_t loaded = content, t4;
	_Bool claimed;

	claimed = claim_page(self, record);
	if (is_write)
		words[word] = ~content;
	else
		loaded = words[word];
	t4 = arch_ticks();

	if (claimed) {
		record->t0 = t0;
		record->t4 = t4;
	}
	if (loaded != content || words[0] != base)
		count_wrong_page(self, page);
}

static inline void touch_page(struct guest_vcpu *self, uint64_t page)
{
	touch_page_since(self, page, arch_ticks());
}

#endif
