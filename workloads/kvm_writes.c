// SPDX-License-Identifier: GPL-2.0-only
/*
 * As sequential, but KVM itself writes to every second page before the vCPU does: the time of day, for
 * which the guest names an address. Who fetches that page is told by KVM's access, where it waits.
 */
#include "access.h"

/* What KVM writes: a struct pvclock_wall_clock of 12 bytes, to words that nothing else changes. */
#define CLOCK_WORD 2

void workload_kvm_writes(struct guest_vcpu *self);

static void check_and_restore(struct guest_vcpu *self, uint64_t page)
{
	volatile uint64_t *words = page_words(self, page);

	for (uint64_t w = CLOCK_WORD; w < CLOCK_WORD + 2; w++) {
		const uint64_t content = page_base(self, page) + w * page_step(self);

		/* A fetch that comes after KVM's access must not undo it. */
		if (w == CLOCK_WORD && self->kvm_waits && words[w] == content)
			count_wrong_page(self, page);
		words[w] = content;
	}
}

void workload_kvm_writes(struct guest_vcpu *self)
{
	for (uint64_t i = 0; i < self->pages; i++) {
		const uint64_t page = self->first_page + i, begin = arch_ticks();

		if (i % 2)
			have_kvm_write((uintptr_t)&page_words(self, page)[CLOCK_WORD]);
		touch_page_since(self, page, begin);
		if (i % 2)
			check_and_restore(self, page);
	}
}
