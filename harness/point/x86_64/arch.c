// SPDX-License-Identifier: GPL-2.0-only
/* Guests in 64-bit mode: paging, descriptors, registers, time stamp counter. */
#include "../arch.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include "../fail.h"
#include "../vm.h"
#include "../../../workloads/x86_64/cpu.h"

#ifndef KVM_VCPU_TSC_CTRL
#define KVM_VCPU_TSC_CTRL 0
#define KVM_VCPU_TSC_OFFSET 0
#endif

#define PT_ENTRIES 512u
#define PT_PRESENT (1ull << 0)
#define PT_WRITABLE (1ull << 1)
#define PT_ACCESSED (1ull << 5)
#define PT_DIRTY (1ull << 6)
#define PT_HUGE (1ull << 7)
#define HUGE_BYTES (1ull << 21)
#define DIRECTORY_BYTES (1ull << 30) /* mapped by one page directory */

#define CR0_BITS 0x80010033u /* PG, WP, NE, ET, MP, PE */
#define CR4_PAE (1u << 5)
#define EFER_LME_LMA (1u << 8 | 1u << 10)
#define RFLAGS_RESERVED 2u

#define SELECTOR_TSS 0x18
#define GDT_CODE64 0x00af9b000000ffffull
#define GDT_DATA 0x00cf93000000ffffull

#define TSS_BYTES 104
#define TSS_IST1 36

/* Somewhere below 4 GiB that no slot covers; only some Intel CPUs use it. */
#define KVM_TSS_GPA 0xfffbd000ul

#define CPUID_ENTRIES 256

_Static_assert(sizeof(struct guest_vcpu) <= ASYNC_PF_OFFSET,
	       "control block runs into what KVM writes");
_Static_assert(TSS_OFFSET + TSS_BYTES + 1024 <= PAGE_BYTES, "no room for the exceptions' stack");

/* The tables: descriptors first, then PML4, PDPT and the page directories. */
struct tables {
	uint64_t gdt[PAGE_BYTES / 16];
	struct idt_gate {
		uint16_t offset_low, selector;
		uint8_t ist, type;
		uint16_t offset_middle;
		uint32_t offset_high, zero;
	} idt[PAGE_BYTES / 32];
	uint64_t pml4[PT_ENTRIES], pdpt[PT_ENTRIES];
	uint64_t directories[][PT_ENTRIES];
};

_Static_assert(offsetof(struct tables, pml4) == PAGE_BYTES, "page tables must be aligned");

unsigned long arch_vm_type(int kvm_fd, uint64_t mapped_bytes)
{
	(void)kvm_fd;
	(void)mapped_bytes; /* tables end before what any CPU with KVM can address */
	return 0;
}

static uint64_t count_directories(uint64_t mapped_bytes)
{
	return (mapped_bytes + DIRECTORY_BYTES - 1) / DIRECTORY_BYTES;
}

size_t arch_tables_bytes(uint64_t mapped_bytes)
{
	return sizeof(struct tables) + count_directories(mapped_bytes) * PAGE_BYTES;
}

static void build_descriptors(struct tables *t)
{
	t->gdt[SELECTOR_CODE / 8] = GDT_CODE64;
	t->gdt[SELECTOR_DATA / 8] = GDT_DATA;
	for (unsigned int i = 0; i < EXCEPTION_VECTORS; i++) {
		uint64_t stub = GUEST_IMAGE_GPA + EXCEPTION_STUBS_OFFSET + i * EXCEPTION_STUB_BYTES;

		t->idt[i] = (struct idt_gate){
			.offset_low = (uint16_t)stub,
			.offset_middle = (uint16_t)(stub >> 16),
			.offset_high = (uint32_t)(stub >> 32),
			.selector = SELECTOR_CODE,
			/* Who is interrupted has a good stack; see page_ready() for what it is good for. */
			.ist = i != VECTOR_PAGE_READY,
			.type = 0x8e, /* present, interrupt gate */
		};
	}
}

void arch_build_tables(struct vm *vm, uint64_t mapped_bytes)
{
	/* Accessed and dirty from the start: the CPU has nothing to write there later. */
	const uint64_t table = PT_PRESENT | PT_WRITABLE | PT_ACCESSED;
	const uint64_t page = table | PT_DIRTY | PT_HUGE;
	const uint64_t directories = count_directories(mapped_bytes);
	const uint64_t base = vm->tables_gpa;
	struct tables *t = vm_system_hva(vm, base);

	if (directories > PT_ENTRIES)
		fail("%llu bytes of guest memory are more than one PDPT maps",
		     (unsigned long long)mapped_bytes);
	build_descriptors(t);
	t->pml4[0] = (base + offsetof(struct tables, pdpt)) | table;
	for (uint64_t d = 0; d < directories; d++) {
		t->pdpt[d] = (base + offsetof(struct tables, directories[d])) | table;
		for (uint64_t i = 0; i < PT_ENTRIES; i++)
			t->directories[d][i] = (d * DIRECTORY_BYTES + i * HUGE_BYTES) | page;
	}
}

void arch_vm_init(struct vm *vm)
{
	if (ioctl(vm->fd, KVM_SET_TSS_ADDR, KVM_TSS_GPA))
		fail("KVM_SET_TSS_ADDR: %s", strerror(errno));
}

void arch_gic_create(struct vm *vm, uint64_t gpa)
{
	(void)vm;
	fail("no GIC for x86_64, at %#llx", (unsigned long long)gpa);
}

void arch_gic_start(struct vm *vm)
{
	(void)vm;
}

void arch_lapics_create(struct vm *vm)
{
	int r = vm_enable(vm, KVM_CAP_SPLIT_IRQCHIP, 0, 0);

	if (r)
		fail("KVM_CAP_SPLIT_IRQCHIP: %s", strerror(-r));
	vm->has_lapics = true;
}

/* With an APIC all vCPUs but the first would wait to be started by another one. */
static void set_runnable(struct vcpu *vcpu)
{
	struct kvm_mp_state state = { .mp_state = KVM_MP_STATE_RUNNABLE };

	if (ioctl(vcpu->fd, KVM_SET_MP_STATE, &state))
		fail("KVM_SET_MP_STATE of vCPU %u: %s", vcpu->index, strerror(errno));
}

static void set_cpuid(struct vcpu *vcpu)
{
	struct {
		struct kvm_cpuid2 head;
		struct kvm_cpuid_entry2 entries[CPUID_ENTRIES];
	} cpuid = { .head.nent = CPUID_ENTRIES };

	if (ioctl(vcpu->vm->kvm_fd, KVM_GET_SUPPORTED_CPUID, &cpuid))
		fail("KVM_GET_SUPPORTED_CPUID: %s", strerror(errno));
	if (ioctl(vcpu->fd, KVM_SET_CPUID2, &cpuid))
		fail("KVM_SET_CPUID2 of vCPU %u: %s", vcpu->index, strerror(errno));
}

static struct kvm_segment segment(uint16_t selector, uint8_t type)
{
	return (struct kvm_segment){
		.selector = selector,
		.type = type,
		.limit = 0xffffffff,
		.present = 1,
		.s = 1,
		.g = 1,
	};
}

static void set_system_registers(struct vcpu *vcpu, uint64_t block_gpa)
{
	const uint64_t tables_gpa = vcpu->vm->tables_gpa;
	struct kvm_segment code = segment(SELECTOR_CODE, 11);
	struct kvm_segment data = segment(SELECTOR_DATA, 3);
	struct kvm_sregs sregs;

	if (ioctl(vcpu->fd, KVM_GET_SREGS, &sregs))
		fail("KVM_GET_SREGS of vCPU %u: %s", vcpu->index, strerror(errno));
	code.l = 1;
	data.db = 1;
	sregs.cs = code;
	sregs.ds = sregs.es = sregs.fs = sregs.gs = sregs.ss = data;
	sregs.gs.base = block_gpa;
	sregs.tr = (struct kvm_segment){
		.base = block_gpa + TSS_OFFSET,
		.limit = TSS_BYTES - 1,
		.selector = SELECTOR_TSS,
		.type = 11,
		.present = 1,
	};
	sregs.gdt.base = tables_gpa + offsetof(struct tables, gdt);
	sregs.gdt.limit = sizeof(((struct tables *)0)->gdt) - 1;
	sregs.idt.base = tables_gpa + offsetof(struct tables, idt);
	sregs.idt.limit = EXCEPTION_VECTORS * sizeof(struct idt_gate) - 1;
	sregs.cr0 = CR0_BITS;
	sregs.cr3 = tables_gpa + offsetof(struct tables, pml4);
	sregs.cr4 = CR4_PAE;
	sregs.efer = EFER_LME_LMA;
	if (ioctl(vcpu->fd, KVM_SET_SREGS, &sregs))
		fail("KVM_SET_SREGS of vCPU %u: %s", vcpu->index, strerror(errno));
}

static void set_tsc_offset(struct vcpu *vcpu)
{
	uint64_t offset = 0;
	struct kvm_device_attr attr = {
		.group = KVM_VCPU_TSC_CTRL,
		.attr = KVM_VCPU_TSC_OFFSET,
		.addr = (uintptr_t)&offset,
	};

	/* IA32_TSC could be set instead, but never to exactly the host's time. */
	if (ioctl(vcpu->fd, KVM_HAS_DEVICE_ATTR, &attr))
		skip("this KVM cannot set the TSC offset of a vCPU (KVM_VCPU_TSC_CTRL: Linux 5.16 or later), so guest and host have no clock in common");
	if (ioctl(vcpu->fd, KVM_SET_DEVICE_ATTR, &attr))
		fail("cannot set the TSC offset of vCPU %u to 0: %s", vcpu->index, strerror(errno));
}

void arch_vcpu_init(struct vcpu *vcpu, uint64_t entry_gpa, uint64_t stack_gpa, uint64_t block_gpa)
{
	const struct kvm_regs regs = {
		.rip = entry_gpa,
		.rsp = stack_gpa,
		.rdi = block_gpa,
		.rflags = RFLAGS_RESERVED,
	};
	const uint64_t exception_stack_gpa = block_gpa + PAGE_BYTES;

	memcpy((uint8_t *)vm_system_hva(vcpu->vm, block_gpa) + TSS_OFFSET + TSS_IST1,
	       &exception_stack_gpa, sizeof(exception_stack_gpa));
	set_cpuid(vcpu);
	set_system_registers(vcpu, block_gpa);
	if (ioctl(vcpu->fd, KVM_SET_REGS, &regs))
		fail("KVM_SET_REGS of vCPU %u: %s", vcpu->index, strerror(errno));
	set_tsc_offset(vcpu);
	if (vcpu->vm->has_lapics)
		set_runnable(vcpu);
}

int arch_exit_is_doorbell(struct vcpu *vcpu, uint64_t *value)
{
	const struct kvm_run *run = vcpu->run;
	uint32_t data;

	if (run->exit_reason != KVM_EXIT_IO || run->io.port != DOORBELL_PORT ||
	    run->io.direction != KVM_EXIT_IO_OUT || run->io.size != sizeof(data))
		return 0;
	memcpy(&data, (const uint8_t *)run + run->io.data_offset, sizeof(data));
	*value = data;
	return 1;
}

const char *arch_describe(struct vcpu *vcpu, char *buf, size_t size)
{
	struct kvm_regs r;
	struct kvm_sregs s;

	if (ioctl(vcpu->fd, KVM_GET_REGS, &r) || ioctl(vcpu->fd, KVM_GET_SREGS, &s)) {
		snprintf(buf, size, "registers cannot be read: %s", strerror(errno));
		return buf;
	}
	snprintf(
		buf, size,
		"rip %#llx rflags %#llx rsp %#llx cr2 %#llx cr3 %#llx rax %#llx rbx %#llx rcx %#llx rdx %#llx rsi %#llx rdi %#llx rbp %#llx r8 %#llx r9 %#llx r10 %#llx r11 %#llx r12 %#llx r13 %#llx r14 %#llx r15 %#llx",
		r.rip, r.rflags, r.rsp, s.cr2, s.cr3, r.rax, r.rbx, r.rcx, r.rdx, r.rsi, r.rdi,
		r.rbp, r.r8, r.r9, r.r10, r.r11, r.r12, r.r13, r.r14, r.r15);
	return buf;
}

const char *arch_describe_exception(const struct guest_exception *exception, char *buf, size_t size)
{
	static const char *const names[] = {
		"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
		"r8",  "r9",  "r10", "r11", "r12", "r13", "r14", "r15"
	};
	size_t n = snprintf(buf, size,
			    "vector %llu, error code %#llx, rip %#llx, cr2 %#llx, rflags %#llx",
			    (unsigned long long)exception->vector,
			    (unsigned long long)exception->syndrome,
			    (unsigned long long)exception->pc,
			    (unsigned long long)exception->fault_address,
			    (unsigned long long)exception->flags);

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && n < size; i++)
		n += snprintf(buf + n, size - n, " %s %#llx", names[i],
			      (unsigned long long)exception->regs[i]);
	return buf;
}
