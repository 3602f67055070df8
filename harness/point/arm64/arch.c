// SPDX-License-Identifier: GPL-2.0-only
/* Guests at EL1: translation, registers, virtual counter. */
#include "../arch.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include "../fail.h"
#include "../vm.h"
#include "../../../workloads/arm64/cpu.h"

/* Linux 6.4 */
#define CAP_COUNTER_OFFSET 227
#define SET_COUNTER_OFFSET _IOW(KVMIO, 0xb5, struct counter_offset)

struct counter_offset {
	uint64_t offset, reserved;
};

#define IPA_BITS_DEFAULT 40 /* of a VM of type 0 */
#define GIC_DISTRIBUTOR_BYTES 65536

#define CORE_REG(member) \
	(KVM_REG_ARM64 | KVM_REG_SIZE_U64 | KVM_REG_ARM_CORE | KVM_REG_ARM_CORE_REG(member))
#define CORE_REG_X0 CORE_REG(regs.regs[0])
#define CORE_REG_X(n) (CORE_REG_X0 + (n) * (sizeof(uint64_t) / sizeof(uint32_t)))
#define GENERAL_REGS 31

#define REG_SCTLR_EL1 ARM64_SYS_REG(3, 0, 1, 0, 0)
#define REG_TTBR0_EL1 ARM64_SYS_REG(3, 0, 2, 0, 0)
#define REG_TCR_EL1 ARM64_SYS_REG(3, 0, 2, 0, 2)
#define REG_ESR_EL1 ARM64_SYS_REG(3, 0, 5, 2, 0)
#define REG_FAR_EL1 ARM64_SYS_REG(3, 0, 6, 0, 0)
#define REG_MAIR_EL1 ARM64_SYS_REG(3, 0, 10, 2, 0)
#define REG_VBAR_EL1 ARM64_SYS_REG(3, 0, 12, 0, 0)
#define REG_ID_AA64MMFR0_EL1 ARM64_SYS_REG(3, 0, 0, 7, 0)

#define PSTATE_EL1T_MASKED 0x3c4u /* EL1 on SP_EL0; D, A, I, F masked */

#define SCTLR_RES1 0x30d00980u /* with ITD, SED, EIS, EOS, TSCXT, SPAN, nTLSMD, LSMAOE */
#define SCTLR_M (1u << 0)
#define SCTLR_C (1u << 2)
#define SCTLR_SA (1u << 3)
#define SCTLR_SA0 (1u << 4)
#define SCTLR_I (1u << 12)

#define TCR_VA_BITS 39u
#define TCR_T0SZ (64 - TCR_VA_BITS)
#define TCR_WALKS (3u << 12 | 1u << 10 | 1u << 8) /* inner shareable, write-back */
#define TCR_EPD1 (1u << 23) /* nothing above */
#define TCR_IPS_SHIFT 32
#define PARANGE_48_BITS 5u

#define MAIR_NORMAL 0xffull /* write-back, attribute 0 */
#define MAIR_DEVICE 0x00ull /* nGnRnE, attribute 1 */

#define PT_ENTRIES 512u
#define PT_BLOCK 1ull
#define PT_TABLE 3ull
#define PT_DEVICE (1ull << 2) /* attribute 1 */
#define PT_INNER_SHAREABLE (3ull << 8)
#define PT_ACCESSED (1ull << 10)
#define PT_EXECUTE_NEVER (3ull << 53)
#define BLOCK_BYTES (1ull << 21)
#define DIRECTORY_BYTES (1ull << 30) /* mapped by one table of the last level */

_Static_assert(sizeof(struct guest_vcpu) + 1024 <= PAGE_BYTES, "no room for the exceptions' stack");
_Static_assert(DOORBELL_GPA >= VM_TEST_GPA / 2 && DOORBELL_GPA % BLOCK_BYTES == 0 &&
		       DOORBELL_GPA + BLOCK_BYTES < VM_TEST_GPA,
	       "the doorbell must be outside of all slots");

struct tables {
	uint64_t root[PT_ENTRIES];
	uint64_t directories[][PT_ENTRIES];
};

unsigned long arch_vm_type(int kvm_fd, uint64_t mapped_bytes)
{
	int bits = ioctl(kvm_fd, KVM_CHECK_EXTENSION, KVM_CAP_ARM_VM_IPA_SIZE);

	if (bits <= 0 || bits >= IPA_BITS_DEFAULT)
		bits = IPA_BITS_DEFAULT;
	if (mapped_bytes > 1ull << bits)
		skip("%llu bytes of guest memory need more than the %d bits of guest addresses that this KVM has",
		     (unsigned long long)mapped_bytes, bits);
	return bits == IPA_BITS_DEFAULT ? 0 : KVM_VM_TYPE_ARM_IPA_SIZE(bits);
}

static uint64_t count_directories(uint64_t mapped_bytes)
{
	return (mapped_bytes + DIRECTORY_BYTES - 1) / DIRECTORY_BYTES;
}

size_t arch_tables_bytes(uint64_t mapped_bytes)
{
	return sizeof(struct tables) + count_directories(mapped_bytes) * PAGE_BYTES;
}

void arch_build_tables(struct vm *vm, uint64_t mapped_bytes)
{
	/* Accessed from the start: no flags for the CPU to write, no faults to set them. */
	const uint64_t normal = PT_BLOCK | PT_ACCESSED | PT_INNER_SHAREABLE;
	const uint64_t device = PT_BLOCK | PT_ACCESSED | PT_DEVICE | PT_EXECUTE_NEVER;
	const uint64_t directories = count_directories(mapped_bytes);
	const uint64_t base = vm->tables_gpa;
	struct tables *t = vm_system_hva(vm, base);

	if (directories > PT_ENTRIES)
		fail("%llu bytes of guest memory are more than addresses of %u bits reach",
		     (unsigned long long)mapped_bytes, TCR_VA_BITS);
	for (uint64_t d = 0; d < directories; d++) {
		t->root[d] = (base + offsetof(struct tables, directories[d])) | PT_TABLE;
		for (uint64_t i = 0; i < PT_ENTRIES; i++) {
			uint64_t gpa = d * DIRECTORY_BYTES + i * BLOCK_BYTES;

			t->directories[d][i] = gpa | (gpa == DOORBELL_GPA ? device : normal);
		}
	}
}

/* The offset is one for all vCPUs, and for both of the guest's counters. */
void arch_vm_init(struct vm *vm)
{
	const struct counter_offset none = { 0 };

	if (!vm_capability(vm, CAP_COUNTER_OFFSET))
		skip("this KVM cannot set the counter offset of a VM (KVM_ARM_SET_COUNTER_OFFSET: Linux 6.4 or later), so guest and host have no clock in common");
	if (ioctl(vm->fd, SET_COUNTER_OFFSET, &none))
		fail("cannot set the counter offset of the VM to 0: %s", strerror(errno));
}

static void set_gic(const struct vm *vm, uint32_t group, uint64_t attr, uint64_t *value)
{
	const struct kvm_device_attr set = { .group = group,
					     .attr = attr,
					     .addr = (uintptr_t)value };

	if (ioctl(vm->gic_fd, KVM_SET_DEVICE_ATTR, &set))
		fail("cannot set up the GICv3 of the VM (group %u, attribute %llu): %s", group,
		     (unsigned long long)attr, strerror(errno));
}

void arch_gic_create(struct vm *vm, uint64_t gpa)
{
	struct kvm_create_device device = { .type = KVM_DEV_TYPE_ARM_VGIC_V3 };
	uint64_t redistributors = gpa + GIC_DISTRIBUTOR_BYTES;

	if (ioctl(vm->fd, KVM_CREATE_DEVICE, &device))
		skip("this KVM cannot emulate a GICv3: %s", strerror(errno));
	vm->gic_fd = (int)device.fd;
	set_gic(vm, KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_V3_ADDR_TYPE_DIST, &gpa);
	set_gic(vm, KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_V3_ADDR_TYPE_REDIST, &redistributors);
}

void arch_gic_start(struct vm *vm)
{
	set_gic(vm, KVM_DEV_ARM_VGIC_GRP_CTRL, KVM_DEV_ARM_VGIC_CTRL_INIT, NULL);
}

void arch_lapics_create(struct vm *vm)
{
	(void)vm;
	fail("no local APICs for arm64");
}

static int get_reg(const struct vcpu *vcpu, uint64_t id, uint64_t *value)
{
	const struct kvm_one_reg reg = { .id = id, .addr = (uintptr_t)value };

	return ioctl(vcpu->fd, KVM_GET_ONE_REG, &reg);
}

static void set_reg(const struct vcpu *vcpu, uint64_t id, uint64_t value)
{
	const struct kvm_one_reg reg = { .id = id, .addr = (uintptr_t)&value };

	if (ioctl(vcpu->fd, KVM_SET_ONE_REG, &reg))
		fail("KVM_SET_ONE_REG of register %#llx of vCPU %u: %s", (unsigned long long)id,
		     vcpu->index, strerror(errno));
}

static void set_target(struct vcpu *vcpu)
{
	struct kvm_vcpu_init init;

	if (ioctl(vcpu->vm->fd, KVM_ARM_PREFERRED_TARGET, &init))
		fail("KVM_ARM_PREFERRED_TARGET: %s", strerror(errno));
	/* A guest that is beyond help turns the VM off by PSCI, see start.S. */
	init.features[0] |= 1u << KVM_ARM_VCPU_PSCI_0_2;
	if (ioctl(vcpu->fd, KVM_ARM_VCPU_INIT, &init))
		fail("KVM_ARM_VCPU_INIT of vCPU %u: %s", vcpu->index, strerror(errno));
}

/* Translation is on from the first instruction. */
static void set_system_registers(struct vcpu *vcpu)
{
	uint64_t features, size;

	if (get_reg(vcpu, REG_ID_AA64MMFR0_EL1, &features))
		fail("KVM_GET_ONE_REG of ID_AA64MMFR0_EL1 of vCPU %u: %s", vcpu->index,
		     strerror(errno));
	size = features & 0xf; /* PARange, which TCR_EL1.IPS takes as it is */
	if (size > PARANGE_48_BITS)
		size = PARANGE_48_BITS;
	set_reg(vcpu, REG_MAIR_EL1, MAIR_DEVICE << 8 | MAIR_NORMAL);
	set_reg(vcpu, REG_TCR_EL1, TCR_T0SZ | TCR_WALKS | TCR_EPD1 | size << TCR_IPS_SHIFT);
	set_reg(vcpu, REG_TTBR0_EL1, vcpu->vm->tables_gpa + offsetof(struct tables, root));
	set_reg(vcpu, REG_VBAR_EL1, GUEST_IMAGE_GPA + EXCEPTION_VECTORS_OFFSET);
	set_reg(vcpu, REG_SCTLR_EL1,
		SCTLR_RES1 | SCTLR_M | SCTLR_C | SCTLR_I | SCTLR_SA | SCTLR_SA0);
}

void arch_vcpu_init(struct vcpu *vcpu, uint64_t entry_gpa, uint64_t stack_gpa, uint64_t block_gpa)
{
	set_target(vcpu);
	set_system_registers(vcpu);
	set_reg(vcpu, CORE_REG(regs.pc), entry_gpa);
	set_reg(vcpu, CORE_REG(regs.sp), stack_gpa);
	set_reg(vcpu, CORE_REG(sp_el1), block_gpa + PAGE_BYTES);
	set_reg(vcpu, CORE_REG_X(0), block_gpa);
	set_reg(vcpu, CORE_REG(regs.pstate), PSTATE_EL1T_MASKED);
}

int arch_exit_is_doorbell(struct vcpu *vcpu, uint64_t *value)
{
	const struct kvm_run *run = vcpu->run;
	uint32_t data;

	if (run->exit_reason != KVM_EXIT_MMIO || run->mmio.phys_addr != DOORBELL_GPA ||
	    !run->mmio.is_write || run->mmio.len != sizeof(data))
		return 0;
	memcpy(&data, run->mmio.data, sizeof(data));
	*value = data;
	return 1;
}

static size_t describe_regs(const uint64_t *regs, char *buf, size_t size)
{
	size_t n = 0;

	for (unsigned int i = 0; i < GENERAL_REGS && n < size; i++)
		n += snprintf(buf + n, size - n, " x%u %#llx", i, (unsigned long long)regs[i]);
	return n;
}

const char *arch_describe(struct vcpu *vcpu, char *buf, size_t size)
{
	static const struct {
		const char *name;
		uint64_t id;
	} named[] = {
		{ "pc", CORE_REG(regs.pc) },	  { "pstate", CORE_REG(regs.pstate) },
		{ "sp_el0", CORE_REG(regs.sp) },  { "sp_el1", CORE_REG(sp_el1) },
		{ "elr_el1", CORE_REG(elr_el1) }, { "esr_el1", REG_ESR_EL1 },
		{ "far_el1", REG_FAR_EL1 },	  { "ttbr0_el1", REG_TTBR0_EL1 },
	};
	uint64_t regs[GENERAL_REGS], value;
	size_t n = 0;
	int r = 0;

	for (size_t i = 0; i < sizeof(named) / sizeof(named[0]) && n < size && !r; i++) {
		r = get_reg(vcpu, named[i].id, &value);
		n += snprintf(buf + n, size - n, "%s%s %#llx", i ? " " : "", named[i].name,
			      (unsigned long long)value);
	}
	for (unsigned int i = 0; i < GENERAL_REGS && !r; i++)
		r = get_reg(vcpu, CORE_REG_X(i), &regs[i]);
	if (r)
		snprintf(buf, size, "registers cannot be read: %s", strerror(errno));
	else if (n < size)
		describe_regs(regs, buf + n, size - n);
	return buf;
}

const char *arch_describe_exception(const struct guest_exception *exception, char *buf, size_t size)
{
	int n = snprintf(
		buf, size,
		"vector %llu, esr_el1 %#llx, pc %#llx, far_el1 %#llx, pstate %#llx, sp %#llx",
		(unsigned long long)exception->vector, (unsigned long long)exception->syndrome,
		(unsigned long long)exception->pc, (unsigned long long)exception->fault_address,
		(unsigned long long)exception->flags, (unsigned long long)exception->sp);

	if ((size_t)n < size)
		describe_regs(exception->regs, buf + n, size - n);
	return buf;
}
