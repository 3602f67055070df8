// SPDX-License-Identifier: GPL-2.0-only
/* What it takes to turn KVM Userfault on and off, and what can be done right afterwards. */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "../../harness/time_units.h"
#include "test.h"
#include "world.h"

#define WORD 0x2468aceull
#define MANY_PAGES 16384u

static uint64_t ns_to_set(struct world *w, uint32_t flags, uint64_t hz)
{
	const uint64_t before = arch_ticks();

	set_slot(w, flags);
	return ns_of_ticks(arch_ticks() - before, hz);
}

/* As many pages as a VM of some size has in use, of which some are mapped. */
static void cost(void)
{
	static const uint64_t mapped[] = { 0, 512, MANY_PAGES };
	const uint64_t hz = arch_ticks_hz(false);
	uint64_t on_ns[sizeof(mapped) / sizeof(mapped[0])], off_ns;
	struct vcpu *vcpu;
	struct world w;

	create_world(&w, 0);
	need_userfault(&w);
	vcpu = &w.vcpus[0];
	w.memory = mmap(NULL, MANY_PAGES * PAGE_BYTES, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	check(w.memory != MAP_FAILED, "mmap: %s", strerror(errno));
	madvise(w.memory, MANY_PAGES * PAGE_BYTES, MADV_NOHUGEPAGE);
	w.region.userspace_addr = (uintptr_t)w.memory;
	w.region.memory_size = MANY_PAGES * PAGE_BYTES;
	set_slot(&w, 0);
	for (size_t i = 0; i < sizeof(mapped) / sizeof(mapped[0]); i++) {
		if (mapped[i])
			exits_of_reading(vcpu, mapped[i]);
		on_ns[i] = ns_to_set(&w, ABI_MEM_USERFAULT, hz);
		off_ns = ns_to_set(&w, 0, hz);
		note("%s%llu pages mapped: on in %llu ns, off with none mapped in %llu ns",
		     i ? "; " : "", (unsigned long long)mapped[i], (unsigned long long)on_ns[i],
		     (unsigned long long)off_ns);
		check(exits_of_reading(vcpu, 1) >= 2, "turning on has left a mapping");
	}
	check(on_ns[0] < on_ns[2], "turning on costs no more with all pages mapped than with none");
}

/* No KVM_RUN in between that could prepare anything. */
static void pre_fault_right_after_turning_on(void)
{
	struct pre_fault range = { .gpa = page_gpa(0), .size = 4 * PAGE_BYTES };
	struct vcpu *vcpu;
	struct world w;

	create_world(&w, 0);
	need_userfault(&w);
	need_pre_fault(&w);
	vcpu = &w.vcpus[0];
	set_slot(&w, 0);
	guest_write(vcpu, 0, WORD);
	set_slot(&w, ABI_MEM_USERFAULT);
	check_equal("KVM_PRE_FAULT_MEMORY", pre_fault(vcpu, &range), 0);
	check_equal("what is left", range.size, 0);
	check_equal("the word", guest_read(vcpu, 0), WORD);
}

const struct kvm_test switching_tests[] = {
	{ "switching.cost", cost },
	{ "switching.pre_fault_right_after_turning_on", pre_fault_right_after_turning_on },
	{ 0 },
};
