// SPDX-License-Identifier: GPL-2.0-only
#include "vm.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../kvm_advice.h"
#include "arch.h"
#include "fail.h"

#define STACK_BYTES (2 * PAGE_BYTES)

/* KVM_RUN may ask to be called again; not for ever, though. */
#define EAGAIN_MAX 1000000

int vm_capability(const struct vm *vm, int capability)
{
	int value = ioctl(vm->fd, KVM_CHECK_EXTENSION, capability);

	return value < 0 ? 0 : value;
}

int vm_enable(const struct vm *vm, uint32_t capability, uint64_t arg0, uint64_t arg1)
{
	const struct kvm_enable_cap cap = { .cap = capability, .args = { arg0, arg1 } };

	return ioctl(vm->fd, KVM_ENABLE_CAP, &cap) ? -errno : 0;
}

int vm_set_attributes(const struct vm *vm, uint64_t gpa, uint64_t bytes, uint64_t attributes)
{
	const struct abi_memory_attributes range = {
		.address = gpa,
		.size = bytes,
		.attributes = attributes,
	};

	return ioctl(vm->fd, ABI_SET_MEMORY_ATTRIBUTES, &range) ? -errno : 0;
}

static void open_kvm(struct vm *vm, unsigned long type, uint64_t mapped_bytes)
{
	int version;

	if (sysconf(_SC_PAGESIZE) != PAGE_BYTES)
		skip("this kernel's pages are %ld bytes; boot one with pages of %u",
		     sysconf(_SC_PAGESIZE), PAGE_BYTES);
	vm->kvm_fd = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	if (vm->kvm_fd < 0)
		skip("/dev/kvm cannot be opened: %s; %s", strerror(errno), kvm_advice(errno));
	version = ioctl(vm->kvm_fd, KVM_GET_API_VERSION, 0);
	if (version < 0)
		skip("/dev/kvm does not answer: %s; %s", strerror(errno), kvm_advice(errno));
	if (version != KVM_API_VERSION)
		fail("/dev/kvm speaks version %d of its API, not %d", version, KVM_API_VERSION);

	if (!type)
		type = arch_vm_type(vm->kvm_fd, mapped_bytes);
	vm->fd = ioctl(vm->kvm_fd, KVM_CREATE_VM, type);
	if (vm->fd < 0 && type && errno == EINVAL)
		skip("this KVM has no VMs of type %lu", type);
	if (vm->fd < 0 && errno == EBUSY)
		skip("KVM_CREATE_VM: %s; %s", strerror(errno), kvm_advice(errno));
	if (vm->fd < 0)
		fail("KVM_CREATE_VM of type %lu: %s", type, strerror(errno));
}

/* Checks that the VM can have that many vCPUs before anything is allocated for them. */
static void check_vcpus(const struct vm *vm)
{
	int max = vm_capability(vm, KVM_CAP_MAX_VCPUS);

	if (max > 0 && vm->vcpus > (unsigned int)max)
		skip("%u vCPUs are more than the %d that this KVM supports", vm->vcpus, max);
}

/* Image, tables, control blocks, stacks and the caller's part, one after the other. */
static void create_system_slot(struct vm *vm, const void *image, size_t image_bytes,
			       uint64_t mapped_bytes, size_t extra_bytes)
{
	struct abi_memory_region2 region = { .slot = VM_SYSTEM_SLOT };
	int err;

	vm->tables_gpa = page_align(GUEST_IMAGE_GPA + image_bytes);
	vm->blocks_gpa = vm->tables_gpa + page_align(arch_tables_bytes(mapped_bytes));
	vm->stacks_gpa = vm->blocks_gpa + (uint64_t)vm->vcpus * PAGE_BYTES;
	vm->extra_gpa = vm->stacks_gpa + (uint64_t)vm->vcpus * STACK_BYTES;
	vm->system_bytes = vm->extra_gpa + page_align(extra_bytes);
	if (vm->system_bytes > VM_TEST_GPA / 2)
		fail("%zu bytes of system memory do not fit below the tested memory",
		     vm->system_bytes);

	vm->system = mmap(NULL, vm->system_bytes, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (vm->system == MAP_FAILED)
		fail("cannot map %zu bytes of system memory: %s", vm->system_bytes,
		     strerror(errno));
	memset(vm->system, 0, vm->system_bytes);
	memcpy(vm_system_hva(vm, GUEST_IMAGE_GPA), image, image_bytes);

	region.memory_size = vm->system_bytes;
	region.userspace_addr = (uintptr_t)vm->system;
	err = vm_set_slot(vm, &region);
	if (err)
		fail("cannot create the system slot of %zu bytes: %s", vm->system_bytes,
		     strerror(-err));
}

void vm_create_type(struct vm *vm, unsigned long type, unsigned int vcpus, const void *image,
		    size_t image_bytes, uint64_t test_bytes, size_t extra_bytes)
{
	const uint64_t mapped_bytes = VM_TEST_GPA + test_bytes;
	int run_bytes;

	*vm = (struct vm){ .vcpus = vcpus };
	open_kvm(vm, type, mapped_bytes);
	check_vcpus(vm);
	run_bytes = ioctl(vm->kvm_fd, KVM_GET_VCPU_MMAP_SIZE, 0);
	if (run_bytes < 0)
		fail("KVM_GET_VCPU_MMAP_SIZE: %s", strerror(errno));
	vm->run_bytes = run_bytes;
	vm->has_region2 = vm_capability(vm, ABI_CAP_USER_MEMORY2);

	create_system_slot(vm, image, image_bytes, mapped_bytes, extra_bytes);
	arch_vm_init(vm);
	arch_build_tables(vm, mapped_bytes);
}

void vm_create(struct vm *vm, unsigned int vcpus, const void *image, size_t image_bytes,
	       uint64_t test_bytes, size_t extra_bytes)
{
	vm_create_type(vm, 0, vcpus, image, image_bytes, test_bytes, extra_bytes);
}

int vm_set_slot(struct vm *vm, const struct abi_memory_region2 *region)
{
	const struct kvm_userspace_memory_region old = {
		.slot = region->slot,
		.flags = region->flags,
		.guest_phys_addr = region->guest_phys_addr,
		.memory_size = region->memory_size,
		.userspace_addr = region->userspace_addr,
	};
	const uint32_t newer_flags = ABI_MEM_GUEST_MEMFD | ABI_MEM_USERFAULT;
	int r;

	if (vm->has_region2)
		r = ioctl(vm->fd, ABI_SET_USER_MEMORY_REGION2, region);
	else if (region->flags & newer_flags)
		return -EINVAL;
	else
		r = ioctl(vm->fd, KVM_SET_USER_MEMORY_REGION, &old);
	return r < 0 ? -errno : 0;
}

void vcpu_create(struct vm *vm, struct vcpu *vcpu, unsigned int index)
{
	const uint64_t block_gpa = vm->blocks_gpa + (uint64_t)index * PAGE_BYTES;
	const uint64_t stack_gpa = vm->stacks_gpa + (uint64_t)(index + 1) * STACK_BYTES;

	*vcpu = (struct vcpu){ .vm = vm, .index = index };
	vcpu->block = vm_system_hva(vm, block_gpa);
	memset(vcpu->block, 0, PAGE_BYTES);
	vcpu->block->address = block_gpa;

	vcpu->fd = ioctl(vm->fd, KVM_CREATE_VCPU, (unsigned long)index);
	if (vcpu->fd < 0)
		fail("KVM_CREATE_VCPU of vCPU %u: %s", index, strerror(errno));
	vcpu->run = mmap(NULL, vm->run_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, vcpu->fd, 0);
	if (vcpu->run == MAP_FAILED)
		fail("cannot map the kvm_run of vCPU %u: %s", index, strerror(errno));
	arch_vcpu_init(vcpu, GUEST_IMAGE_GPA, stack_gpa, block_gpa);
}

static bool is_store(const struct kvm_run *run)
{
	return run->exit_reason == KVM_EXIT_MMIO && run->mmio.is_write &&
	       run->mmio.phys_addr >= VM_TEST_GPA;
}

static enum vcpu_exit handle_exit(struct vcpu *vcpu)
{
	const bool is_doorbell = arch_exit_is_doorbell(vcpu, &vcpu->doorbell);
	char registers[ARCH_DESCRIPTION_BYTES];

	if (!is_doorbell && is_store(vcpu->run))
		return VCPU_STORE;
	if (!is_doorbell)
		fail("vCPU %u left the guest with unexpected exit reason %u; %s", vcpu->index,
		     vcpu->run->exit_reason, arch_describe(vcpu, registers, sizeof(registers)));
	if (vcpu->doorbell == DOORBELL_EXCEPTION)
		fail("vCPU %u took an unexpected exception: %s", vcpu->index,
		     arch_describe_exception(&vcpu->block->exception, registers,
					     sizeof(registers)));
	return VCPU_DOORBELL;
}

static enum vcpu_exit handle_efault(struct vcpu *vcpu)
{
	/* The union of exit data, of which the oldest headers lack memory_fault. */
	const void *exit_data = &vcpu->run->hw;

	if (vcpu->run->exit_reason != ABI_EXIT_MEMORY_FAULT)
		return VCPU_FAULT_UNKNOWN;
	memcpy(&vcpu->fault, exit_data, sizeof(vcpu->fault));
	vcpu->fault.flags &= ~ABI_MEMORY_EXIT_FLAGS_ACCESS;
	return VCPU_MEMORY_FAULT;
}

enum vcpu_exit vcpu_run(struct vcpu *vcpu)
{
	char registers[ARCH_DESCRIPTION_BYTES];
	unsigned int tries = 0;
	int err;

	do {
		/*
		 * An earlier fault that is left there must not be taken for news. Other
		 * reasons tell KVM what it has to complete first.
		 */
		if (vcpu->run->exit_reason == ABI_EXIT_MEMORY_FAULT)
			vcpu->run->exit_reason = KVM_EXIT_UNKNOWN;
		if (!ioctl(vcpu->fd, KVM_RUN, 0))
			return handle_exit(vcpu);
		err = errno;
	} while (err == EAGAIN && ++tries < EAGAIN_MAX);

	if (err == EFAULT)
		return handle_efault(vcpu);
	if (err == EINTR)
		return VCPU_INTERRUPTED;
	fail("KVM_RUN of vCPU %u: %s; %s", vcpu->index, strerror(err),
	     arch_describe(vcpu, registers, sizeof(registers)));
}

int vcpu_page_ready(const struct vcpu *vcpu, uint32_t token)
{
	const struct abi_async_pf_user_ready ready = { .token = token };

	return ioctl(vcpu->fd, ABI_ASYNC_PF_USER_READY, &ready) ? -errno : 0;
}

void vcpu_check_clock(const struct vcpu *vcpu, uint64_t before_ticks, uint64_t after_ticks)
{
	const uint64_t ticks = vcpu->block->ready_ticks;

	if (before_ticks > ticks || ticks > after_ticks)
		skip("the counter of vCPU %u is not the host's: it read %llu, between %llu and %llu on the host",
		     vcpu->index, (unsigned long long)ticks, (unsigned long long)before_ticks,
		     (unsigned long long)after_ticks);
}

void vcpu_destroy(struct vcpu *vcpu)
{
	munmap(vcpu->run, vcpu->vm->run_bytes);
	close(vcpu->fd);
}

void vm_destroy(struct vm *vm)
{
	if (vm->gic_fd)
		close(vm->gic_fd);
	close(vm->fd);
	close(vm->kvm_fd);
	munmap(vm->system, vm->system_bytes);
}
