// SPDX-License-Identifier: GPL-2.0-only
#include "create.h"

#include <string.h>

#include "../mode.h"
#include "arch.h"
#include "fail.h"

/* workloads/image.S */
extern const uint8_t guest_image[], guest_image_end[];

#define GIC_ALIGN 65536ull

void create_vm(struct measurement *m, uint64_t guest_bytes, size_t note_bytes)
{
	const struct point *point = m->point;
	const char *reason;

	vm_create(&m->vm, point->vcpus, guest_image, guest_image_end - guest_image, guest_bytes,
		  note_bytes);
	if (point->gic != GIC_NONE)
		arch_gic_create(&m->vm,
				(VM_TEST_GPA + guest_bytes + GIC_ALIGN - 1) & ~(GIC_ALIGN - 1));
	reason = m->mode->probe ? m->mode->probe(&m->vm) : NULL;
	if (reason)
		skip("mode %s: %s", mode_names[point->mode], reason);
	m->clock_hz = arch_ticks_hz(tier_kinds[point->tier].is_simulated);
	m->ticks_hz = m->clock_hz * point->speed;
}

static void plan_slot(struct measurement *m)
{
	m->slot = (struct abi_memory_region2){
		.slot = VM_TEST_SLOT,
		.guest_phys_addr = VM_TEST_GPA,
		.memory_size = m->memory.bytes,
		.userspace_addr = (uintptr_t)m->memory.hva,
		.flags = m->memory.guest_memfd ? ABI_MEM_GUEST_MEMFD : 0,
		.guest_memfd = (uint32_t)m->memory.guest_memfd,
	};
}

/* Guest addresses that every KVM has. */
#define GUEST_ADDRESSES (1ull << 39)

static void set_slot(struct measurement *m)
{
	int r = vm_set_slot(&m->vm, &m->slot);

	if (r && VM_TEST_GPA + m->memory.bytes > GUEST_ADDRESSES)
		skip("memslot with %zu MiB of tested memory: %s; guest addresses of this KVM may end before, take a smaller slot_mib",
		     m->memory.bytes >> 20, strerror(-r));
	if (r)
		fail("memslot with %zu MiB of tested memory, flags %#x: %s", m->memory.bytes >> 20,
		     m->slot.flags, strerror(-r));
}

void create_slot(struct measurement *m)
{
	plan_slot(m);
	set_slot(m);
}

void create_mode_slot(struct measurement *m)
{
	plan_slot(m);
	if (m->mode->start)
		m->mode->start(m);
	set_slot(m);
}
