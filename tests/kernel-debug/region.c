// SPDX-License-Identifier: GPL-2.0-only
#include "region.h"

#include <stddef.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define KNOWN_FLAGS 0x1fu
#define NEWER_FLAGS (ABI_MEM_GUEST_MEMFD | ABI_MEM_USERFAULT)
#define MAX_PAGES ((1ull << 31) - 1) /* of a slot */
#define MAX_SLOTS 32767u /* of an address space, of which there are two at most */
#define LONG_BITS (8 * sizeof(unsigned long))
/* No architecture's user memory reaches as far as to the bits of tags. */
#define USER_END (1ull << 56)

uint64_t draw_address(struct draws *d)
{
	static const uint64_t bases[] = {
		0,
		PAGE_BYTES,
		VM_TEST_GPA,
		ARENA_MEMORY,
		ARENA_MEMORY + ARENA_BYTES,
		ARENA_BITMAPS,
		ARENA_BITMAPS + BITMAPS_BYTES,
		ARENA_BITMAPS | 0x5aull << 56, /* with a tag */
		0x7ffffffff000, /* ends of user memory */
		1ull << 47,
		1ull << 48,
		0xfffffffffff000,
		0xffff800000000000, /* the kernel's */
		0xffff888000000000,
		1ull << 63,
		0,
	};
	static const int64_t offsets[] = {
		0, 0, 0, 1, 4, 7, 8, -1, -8, PAGE_BYTES / 2, PAGE_BYTES, -(int64_t)PAGE_BYTES,
	};

	uint64_t base = bases[draw_below(d, COUNT(bases))];

	return base + offsets[draw_below(d, COUNT(offsets))];
}

uint64_t draw_size(struct draws *d)
{
	static const uint64_t sizes[] = {
		0,
		1,
		PAGE_BYTES - 1,
		PAGE_BYTES,
		3 * PAGE_BYTES,
		SLOT_BYTES,
		SLOT_BYTES + 1,
		ARENA_BYTES,
		1ull << 32,
		(MAX_PAGES + 1) * PAGE_BYTES,
		1ull << 63,
		-(uint64_t)PAGE_BYTES,
		UINT64_MAX,
	};

	return sizes[draw_below(d, COUNT(sizes))];
}

static uint32_t draw_flags(struct draws *d)
{
	uint32_t flags = 0;

	if (draw_one_in(d, 8))
		return KVM_MEM_READONLY | (draw_one_in(d, 2) ? ABI_MEM_USERFAULT : 0);
	if (draw_one_in(d, 2))
		flags |= ABI_MEM_USERFAULT;
	if (draw_one_in(d, 3))
		flags |= ABI_MEM_EXIT_ON_MISSING;
	if (draw_one_in(d, 3))
		flags |= KVM_MEM_LOG_DIRTY_PAGES;
	return flags;
}

void draw_region(struct draws *d, bool is_private, struct abi_memory_region2 *region)
{
	const uint64_t slot = draw_below(d, ARENA_SLOTS);
	const uint64_t window = draw_one_in(d, 8) ? draw_below(d, ARENA_SLOTS) : slot;
	/* The bitmap in one page, or across two. */
	const uint64_t bitmap = draw_one_in(d, 4) ? PAGE_BYTES - 4 * sizeof(long) : 0;
	const uint32_t flags = draw_flags(d);
	const bool is_deleted = draw_one_in(d, 8);

	*region = (struct abi_memory_region2){
		.slot = ARENA_FIRST_SLOT + slot,
		.flags = flags,
		.guest_phys_addr = VM_TEST_GPA + window * SLOT_BYTES,
		.memory_size = is_deleted ? 0 : SLOT_BYTES,
		.userspace_addr = ARENA_MEMORY + slot * SLOT_BYTES,
		.guest_memfd = NO_MEMFD,
		.userfault_bitmap = ARENA_BITMAPS + slot * SLOT_BITMAP_BYTES + bitmap,
	};
	if (draw_one_in(d, 16))
		region->memory_size = PAGE_BYTES;
	if (is_private && slot % 2) {
		region->flags = ABI_MEM_GUEST_MEMFD | (region->flags & ABI_MEM_USERFAULT);
		region->guest_memfd = slot;
	}
}

static void spoil_slot(struct draws *d, struct abi_memory_region2 *region)
{
	static const uint32_t slots[] = {
		7, MAX_SLOTS - 1, MAX_SLOTS, 0xffff, 0x10001, 0x20001, ~0u
	};

	region->slot = slots[draw_below(d, COUNT(slots))];
}

static void spoil_flags(struct draws *d, struct abi_memory_region2 *region)
{
	region->flags = draw_one_in(d, 2) ? draw(d) & KNOWN_FLAGS : draw(d);
}

static void spoil_gpa(struct draws *d, struct abi_memory_region2 *region)
{
	region->guest_phys_addr = draw_address(d);
}

static void spoil_size(struct draws *d, struct abi_memory_region2 *region)
{
	region->memory_size = draw_size(d);
}

static void spoil_address(struct draws *d, struct abi_memory_region2 *region)
{
	region->userspace_addr = draw_address(d);
}

static void spoil_bitmap(struct draws *d, struct abi_memory_region2 *region)
{
	region->flags |= ABI_MEM_USERFAULT;
	region->userfault_bitmap = draw_address(d);
}

static void spoil_memfd(struct draws *d, struct abi_memory_region2 *region)
{
	region->flags |= ABI_MEM_GUEST_MEMFD;
	region->guest_memfd = draw_below(d, ARENA_SLOTS + 3);
	region->guest_memfd_offset = draw_one_in(d, 2) ? draw_address(d) : 0;
}

static void spoil_padding(struct draws *d, struct abi_memory_region2 *region)
{
	const uint64_t word = draw_below(d, COUNT(region->pad2));

	region->pad1 = draw(d);
	region->pad2[word] = draw(d);
}

void spoil_region(struct draws *d, struct abi_memory_region2 *region)
{
	static void (*const spoilers[])(struct draws * d, struct abi_memory_region2 * region) = {
		spoil_slot,    spoil_flags,  spoil_gpa,	  spoil_size,
		spoil_address, spoil_bitmap, spoil_memfd, spoil_padding,
	};

	do {
		spoilers[draw_below(d, COUNT(spoilers))](d, region);
	} while (draw_one_in(d, 4));
}

void use_memfd(struct arena *a, struct abi_memory_region2 *region)
{
	const int others[] = { -1, a->vm.kvm_fd, a->bitmap_file };

	region->guest_memfd = region->guest_memfd < ARENA_SLOTS ?
				      (uint32_t)a->memfds[region->guest_memfd] :
				      (uint32_t)others[region->guest_memfd - ARENA_SLOTS];
}

/* Whether bytes from there on cannot all be user memory. */
static bool is_beyond_users(uint64_t address, uint64_t bytes)
{
	return address >= USER_END || bytes > USER_END - address;
}

bool must_be_refused(const struct abi_memory_region2 *r, bool by_older_ioctl)
{
	const uint64_t pages = r->memory_size / PAGE_BYTES;
	const uint64_t bitmap_bytes = (pages + LONG_BITS - 1) / LONG_BITS * sizeof(long);

	if (r->flags & ~(by_older_ioctl ? KNOWN_FLAGS & ~NEWER_FLAGS : KNOWN_FLAGS))
		return true;
	if (r->flags & KVM_MEM_READONLY && r->flags & ABI_MEM_EXIT_ON_MISSING)
		return true;
	if ((r->memory_size | r->guest_phys_addr | r->userspace_addr) % PAGE_BYTES)
		return true;
	if (is_beyond_users(r->userspace_addr, r->memory_size))
		return true;
	if (r->flags & ABI_MEM_USERFAULT && pages &&
	    (r->userfault_bitmap % sizeof(long) ||
	     is_beyond_users(r->userfault_bitmap, bitmap_bytes)))
		return true;
	return (r->slot & 0xffff) >= MAX_SLOTS || r->slot >> 16 >= 2 || pages > MAX_PAGES ||
	       r->guest_phys_addr + r->memory_size < r->guest_phys_addr;
}
