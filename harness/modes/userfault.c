// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM Userfault: a vCPU that faults on a page whose bit is set leaves KVM_RUN;
 * its thread writes the page, clears the bit, and enters the guest again.
 */
#include "userfault.h"

#include <stdlib.h>
#include <string.h>

#include "../point/fail.h"

#define BITS_PER_WORD (8 * sizeof(unsigned long))

/* Aligned, and beyond what a process can have on any architecture, tags ignored or not. */
#define NOBODYS_BITMAP (1ull << 63)

/*
 * Capability numbers change until a series is merged, and 243 means something else from 6.17
 * on, so ask for behaviour: a bitmap that no process can have must be refused, and a good one
 * taken. A kernel that does not know the flag refuses both; one for which it is another feature's
 * takes both. The tested slot is not there yet, and is not left there.
 */
const char *userfault_probe(struct vm *vm)
{
	static unsigned long word;
	struct abi_memory_region2 region = {
		.slot = VM_TEST_SLOT,
		.flags = ABI_MEM_USERFAULT,
		.guest_phys_addr = VM_TEST_GPA,
		.memory_size = PAGE_BYTES,
		.userspace_addr = (uintptr_t)vm->system,
		.userfault_bitmap = NOBODYS_BITMAP,
	};
	const char *reason = NULL;

	if (!vm_set_slot(vm, &region)) {
		reason = "for this kernel memslot flag 1 << 3 is not KVM_MEM_USERFAULT: it takes a "
			 "bitmap that no process can have; apply the series in kernel/series";
	} else {
		region.userfault_bitmap = (uintptr_t)&word;
		if (vm_set_slot(vm, &region))
			return "the kernel lacks KVM Userfault: it takes no memslot with "
			       "KVM_MEM_USERFAULT; apply the series in kernel/series";
	}
	region.memory_size = 0;
	if (vm_set_slot(vm, &region))
		fail("removing the memslot that KVM Userfault was probed with");
	return reason;
}

static unsigned long *bitmap(const struct measurement *m)
{
	return (unsigned long *)(uintptr_t)m->slot.userfault_bitmap;
}

static size_t bitmap_words(const struct measurement *m)
{
	return (m->pages_total + BITS_PER_WORD - 1) / BITS_PER_WORD;
}

static unsigned int bitmaps(const struct measurement *m)
{
	return m->point->meanwhile == MEANWHILE_NOTHING ? 1 : 2;
}

unsigned long *userfault_bitmap(const struct measurement *m, unsigned int which)
{
	return bitmap(m) + which * bitmap_words(m);
}

void userfault_fill_bitmap(struct measurement *m, int byte)
{
	memset(bitmap(m), byte, bitmaps(m) * bitmap_words(m) * sizeof(long));
}

void userfault_add_bitmap(struct measurement *m, int byte)
{
	const size_t words = bitmaps(m) * bitmap_words(m);
	void *bits;

	/* Page-aligned, and not shared with anything that is written meanwhile. */
	if (posix_memalign(&bits, PAGE_BYTES, words * sizeof(long)))
		fail("no memory for a userfault bitmap of %zu words", words);
	m->slot.userfault_bitmap = (uintptr_t)bits;
	userfault_fill_bitmap(m, byte);
}

void userfault_start(struct measurement *m)
{
	userfault_add_bitmap(m, 0xff);
	m->slot.flags |= ABI_MEM_USERFAULT;
}

void userfault_stop(struct measurement *m)
{
	free(bitmap(m));
}

void userfault_clear(struct measurement *m, uint64_t page)
{
	if (m->grain_pages > 1) {
		userfault_present(m, page, m->grain_pages);
		return;
	}
	for (unsigned int which = 0; which < bitmaps(m); which++)
		__atomic_fetch_and(userfault_bitmap(m, which) + page / BITS_PER_WORD,
				   ~(1ul << page % BITS_PER_WORD), __ATOMIC_RELEASE);
}

static void clear_bits(unsigned long *bits, uint64_t first, uint64_t count)
{
	const uint64_t end = first + count;

	for (uint64_t page = first, next; page < end; page = next) {
		unsigned long mask = ~0ul << page % BITS_PER_WORD;

		next = (page / BITS_PER_WORD + 1) * BITS_PER_WORD;
		if (end < next) {
			mask &= ~0ul >> (next - end);
			next = end;
		}
		__atomic_fetch_and(bits + page / BITS_PER_WORD, ~mask, __ATOMIC_RELEASE);
	}
}

void userfault_present(struct measurement *m, uint64_t first, uint64_t count)
{
	for (unsigned int which = 0; which < bitmaps(m); which++)
		clear_bits(userfault_bitmap(m, which), first, count);
}

bool userfault_is_present(const struct measurement *m, uint64_t page)
{
	return !(bitmap(m)[page / BITS_PER_WORD] >> page % BITS_PER_WORD & 1);
}

static void resolve(struct measurement *m, uint64_t page, const void *content, bool may_wake)
{
	(void)may_wake; /* nobody can sleep on a page without a userfaultfd */
	userfault_fill(m, page, content);
	userfault_clear(m, page);
}

const struct mode mode_userfault = {
	.way = WAY_EXIT,
	.probe = userfault_probe,
	.start = userfault_start,
	.stop = userfault_stop,
	.resolve = resolve,
	.present = userfault_present,
	.is_present = userfault_is_present,
};
