/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Of the KVM ABI, what the oldest <linux/kvm.h> lacks. Names of its own, so that newer
 * headers do not clash. Mainline's numbers, and for the rest those of kernel/series/.
 */
#ifndef FAULTLINE_KVM_ABI_H
#define FAULTLINE_KVM_ABI_H

#include <linux/kvm.h>
#include <stdint.h>

/* struct kvm_userspace_memory_region2, with the bitmap in the first word of its padding. */
struct abi_memory_region2 {
	uint32_t slot;
	uint32_t flags;
	uint64_t guest_phys_addr;
	uint64_t memory_size;
	uint64_t userspace_addr;
	uint64_t guest_memfd_offset;
	uint32_t guest_memfd;
	uint32_t pad1;
	uint64_t userfault_bitmap;
	uint64_t pad2[13];
};

#define ABI_SET_USER_MEMORY_REGION2 _IOW(KVMIO, 0x49, struct abi_memory_region2)

#define ABI_MEM_GUEST_MEMFD (1u << 2)
#define ABI_MEM_USERFAULT (1u << 3)
#define ABI_MEM_EXIT_ON_MISSING (1u << 4)

#define ABI_CAP_USER_MEMORY2 231
#define ABI_CAP_MEMORY_FAULT_INFO 232
#define ABI_CAP_MEMORY_ATTRIBUTES 233
#define ABI_CAP_USERFAULT 243 /* on 6.12; from 6.17 on something else, so probe by behaviour */
#define ABI_CAP_USERFAULT_SINCE_6_17 1243
#define ABI_CAP_EXIT_ON_MISSING 1236
#define ABI_CAP_USERFAULT_ATTRIBUTE 1237
#define ABI_CAP_ASYNC_PF_USER 1238

#define ABI_CAP_GUEST_MEMFD_FLAGS 244
#define ABI_GUEST_MEMFD_MAPPED 3 /* user space can map it, and its pages are not private */

struct abi_create_guest_memfd {
	uint64_t size;
	uint64_t flags;
	uint64_t reserved[6];
};

#define ABI_CREATE_GUEST_MEMFD _IOWR(KVMIO, 0xd4, struct abi_create_guest_memfd)

#define ABI_EXIT_MEMORY_FAULT 39
/* Read, write, execute: exit on missing as posted tells them, mainline's exits do not. */
#define ABI_MEMORY_EXIT_FLAGS_ACCESS 7ull
#define ABI_MEMORY_EXIT_FLAG_PRIVATE (1ull << 3)
#define ABI_MEMORY_EXIT_FLAG_USERFAULT (1ull << 4)
#define ABI_MEMORY_EXIT_FLAG_ASYNC_PF_USER (1ull << 5)

struct abi_memory_attributes {
	uint64_t address;
	uint64_t size;
	uint64_t attributes; /* all that the pages have from then on */
	uint64_t flags;
};

#define ABI_SET_MEMORY_ATTRIBUTES _IOW(KVMIO, 0xd2, struct abi_memory_attributes)
#define ABI_MEMORY_ATTRIBUTE_PRIVATE (1ull << 3)
#define ABI_MEMORY_ATTRIBUTE_USERFAULT (1ull << 4)

/* args[0] of KVM_ENABLE_CAP for ABI_CAP_USERFAULT_ATTRIBUTE; args[1] is an eventfd. */
#define ABI_USERFAULT_ENABLE (1ull << 0)
#define ABI_USERFAULT_DISABLE (1ull << 1)

struct abi_userfault {
	uint64_t gfn;
};

#define ABI_READ_USERFAULT _IOR(KVMIO, 0xe0, struct abi_userfault)

/* kvm_run.memory_fault; the union of exit data starts at kvm_run.hw. */
struct abi_memory_fault {
	uint64_t flags;
	uint64_t gpa;
	uint64_t size;
	uint32_t async_pf_user_token; /* with that flag */
	uint32_t pad;
};

struct abi_async_pf_user_ready {
	uint32_t token;
};

#define ABI_ASYNC_PF_USER_READY _IOW(KVMIO, 0xe1, struct abi_async_pf_user_ready)

#endif
