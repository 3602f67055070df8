/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A small VM: one always-present memslot with code, tables, per-vCPU control
 * blocks and stacks, and whatever further slots the caller adds. Everything
 * here ends the program through fail() or skip() unless it says otherwise.
 */
#ifndef FAULTLINE_VM_H
#define FAULTLINE_VM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kvm_abi.h"
#include "../../workloads/guest_abi.h"

#define VM_SYSTEM_SLOT 0
#define VM_TEST_SLOT 1
#define VM_TEST_GPA (1ull << 32) /* where tested memory starts */

struct vm {
	int kvm_fd, fd;
	int gic_fd; /* of arch_gic_create(); 0 without one */
	unsigned int vcpus; /* as many as there may be */
	bool has_region2; /* KVM_SET_USER_MEMORY_REGION2 is there */
	bool has_lapics; /* of arch_lapics_create() */
	size_t run_bytes; /* of each mapped struct kvm_run */
	uint8_t *system; /* host view of the system slot, guest address 0 */
	size_t system_bytes;
	uint64_t tables_gpa; /* what arch_build_tables() has written */
	uint64_t blocks_gpa; /* struct guest_vcpu of vCPU i at + i * PAGE_BYTES */
	uint64_t stacks_gpa;
	uint64_t extra_gpa; /* the caller's part of the system slot, page-aligned */
};

struct vcpu {
	struct vm *vm;
	unsigned int index;
	int fd;
	struct kvm_run *run;
	struct guest_vcpu *block;
	uint64_t doorbell; /* VCPU_DOORBELL: enum doorbell or a test's own number */
	/* VCPU_MEMORY_FAULT; without ABI_MEMORY_EXIT_FLAGS_ACCESS, which not every kernel tells. */
	struct abi_memory_fault fault;
};

/* Why vcpu_run() has returned. Anything else ends the program. */
enum vcpu_exit {
	VCPU_DOORBELL,
	VCPU_MEMORY_FAULT, /* EFAULT with KVM_EXIT_MEMORY_FAULT */
	VCPU_FAULT_UNKNOWN, /* EFAULT without */
	VCPU_INTERRUPTED, /* a signal: call again */
	VCPU_STORE, /* to tested memory where no slot is, see run->mmio: done when called again */
};

/*
 * Creates a VM for up to vcpus vCPUs that starts in image (code linked with
 * workloads/<arch>/guest.ld, entry at its first byte), with guest addresses
 * 0..VM_TEST_GPA + test_bytes mapped one to one, and extra_bytes of the system
 * slot for the caller. The system slot is populated, its pages touched.
 */
void vm_create(struct vm *vm, unsigned int vcpus, const void *image, size_t image_bytes,
	       uint64_t test_bytes, size_t extra_bytes);

/* The same with a type for KVM_CREATE_VM, which vm_create() takes to be 0. */
void vm_create_type(struct vm *vm, unsigned long type, unsigned int vcpus, const void *image,
		    size_t image_bytes, uint64_t test_bytes, size_t extra_bytes);

/* Host address of a guest address in the system slot. */
static inline void *vm_system_hva(const struct vm *vm, uint64_t gpa)
{
	return vm->system + gpa;
}

/* The next page boundary. */
static inline uint64_t page_align(uint64_t bytes)
{
	return (bytes + PAGE_BYTES - 1) & ~(uint64_t)(PAGE_BYTES - 1);
}

/* KVM_CHECK_EXTENSION on the VM: 0 where the kernel does not know it. */
int vm_capability(const struct vm *vm, int capability);

/* KVM_ENABLE_CAP on the VM, with two arguments. Returns 0 or -errno. */
int vm_enable(const struct vm *vm, uint32_t capability, uint64_t arg0, uint64_t arg1);

/*
 * Sets a memslot by the newer ioctl, or by the older one where the kernel does
 * not have it and nothing of the newer is asked for. Returns 0 or -errno.
 */
int vm_set_slot(struct vm *vm, const struct abi_memory_region2 *region);

/* Gives a range of guest memory these attributes and no others. Returns 0 or -errno. */
int vm_set_attributes(const struct vm *vm, uint64_t gpa, uint64_t bytes, uint64_t attributes);

/*
 * Creates vCPU number index, ready to enter the image on its own stack with
 * the address of its control block (zeroed) as argument, and with its counter
 * equal to the host's. Not thread-safe.
 */
void vcpu_create(struct vm *vm, struct vcpu *vcpu, unsigned int index);

/*
 * KVM_ASYNC_PF_USER_READY: the page is there that the vCPU has left with this token for. From
 * any thread. Returns 0 or -errno: -EINVAL when the vCPU waits for no such token.
 */
int vcpu_page_ready(const struct vcpu *vcpu, uint32_t token);

/* KVM_RUN until something of enum vcpu_exit happens. For the vCPU's own thread. */
enum vcpu_exit vcpu_run(struct vcpu *vcpu);

/*
 * Whether the guest's counter is the host's: ready_ticks must lie between the
 * host's arch_ticks() before and after the vcpu_run() that ended in
 * DOORBELL_READY. Ends the program through skip() if it does not.
 */
void vcpu_check_clock(const struct vcpu *vcpu, uint64_t before_ticks, uint64_t after_ticks);

void vcpu_destroy(struct vcpu *vcpu);
void vm_destroy(struct vm *vm);

#endif
