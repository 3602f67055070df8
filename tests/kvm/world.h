/* SPDX-License-Identifier: GPL-2.0-only */
/* What most tests start from: a VM with some tested memory and a bitmap for it. */
#ifndef FAULTLINE_WORLD_H
#define FAULTLINE_WORLD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "commands.h"
#include "../../harness/point/arch.h"
#include "../../harness/point/vm.h"

#define VCPUS 2
#define HUGE_BYTES (2u << 20)
#define LONG_BITS (8 * sizeof(unsigned long))

extern const uint8_t test_guest_image[], test_guest_image_end[]; /* what its vCPUs run */

struct world {
	struct vm vm;
	struct vcpu vcpus[VCPUS];
	uint8_t *memory; /* anonymous, aligned to HUGE_BYTES, nothing present */
	uint64_t pages;
	_Atomic unsigned long *bitmap; /* all clear, pages of its own */
	size_t bitmap_bytes;
	struct abi_memory_region2 region; /* of the tested slot, as last set */
};

/*
 * A VM of the given type with VCPUS vCPUs and tested memory of HUGE_BYTES at
 * VM_TEST_GPA. The slot is not there until set_slot().
 */
void create_world(struct world *w, unsigned long type);

/* The same of type 0; prepare, if any, is called before there are vCPUs. */
void create_prepared_world(struct world *w, void (*prepare)(struct vm *vm));

/* The same of any type, with memory for so many tasks of each vCPU. */
void create_world_of_tasks(struct world *w, unsigned long type, unsigned int tasks,
			   void (*prepare)(struct vm *vm));

/* The tested slot with these flags, and the bitmap if they ask for it. */
void set_slot(struct world *w, uint32_t flags);

/* The same; returns 0 or -errno. */
int try_slot(struct world *w, uint32_t flags);

/* These attributes and no others for so many pages of tested memory. */
void give_attributes(struct world *w, uint64_t first, uint64_t pages, uint64_t attributes);

/* End the test through skip() where the kernel lacks a feature. */
void need_exit_on_missing(struct world *w);
void need_userfault(struct world *w);

/* KVM_CAP_USERFAULT, as this kernel numbers it. */
int userfault_capability(struct world *w);

/* Both the VM and /dev/kvm must say 1. */
void check_capability(struct world *w, int capability);

/* Whether the kernel has one of them, and so describes failed faults. */
bool has_series(struct world *w);

/* create_world(), the check of the feature, set_slot() with its flag. */
void start_exit_on_missing(struct world *w);
void start_userfault(struct world *w);

void set_bit(struct world *w, uint64_t page);
/* With release order, as the interface asks for. */
void clear_bit(struct world *w, uint64_t page);

uint64_t page_gpa(uint64_t page);
/* Word 0 of a page of the tested memory, on the host. */
volatile uint64_t *host_word(struct world *w, uint64_t page);

/* Gives the guest something to do; run_command() or an expect_ function then lets it. */
void give_command(struct vcpu *vcpu, enum command command, uint64_t address, uint64_t value);

/* The vCPU must finish its command. Returns the result. */
uint64_t run_command(struct vcpu *vcpu);

/* give_command() and run_command() in one, at a page's word 0. */
uint64_t guest_read(struct vcpu *vcpu, uint64_t page);
void guest_write(struct vcpu *vcpu, uint64_t page, uint64_t value);

/* The vCPU must leave with a memory fault at exactly this page and with these flags. */
void expect_fault(struct vcpu *vcpu, uint64_t page, uint64_t flags);

/* give_command(COMMAND_READ) and expect_fault(). */
void expect_read_fault(struct vcpu *vcpu, uint64_t page, uint64_t flags);

/* What KVM_PRE_FAULT_MEMORY takes, and changes to what is left. */
struct pre_fault {
	uint64_t gpa, size, flags, padding[5];
};

/* Skips the test where KVM cannot do that. */
void need_pre_fault(struct world *w);

/* Has KVM map a range ahead of accesses. Returns 0 or -errno. */
int pre_fault(struct vcpu *vcpu, struct pre_fault *range);

/*
 * Fills the exit's part of kvm_run, and checks that it is as it was: where nothing has run,
 * what user space may have put there for its next KVM_RUN must stay.
 */
void mark_run(struct vcpu *vcpu);
void check_run_is_marked(struct vcpu *vcpu);

/*
 * Whether the CPU translates guest addresses by page tables of their own. If not, KVM
 * shadows the guest's, and looks a page up in its memslot more often.
 */
bool arch_has_stage_2(void);

/* Whether KVM asks the bitmap again when a page that it has write-protected is written to. */
bool arch_asks_for_permissions(void);

/* Reads a VM-wide statistic; skips the test where KVM does not have it. */
uint64_t vm_statistic(struct world *w, const char *name);

/* fork() of a helper that ends with the test, however that ends. */
pid_t fork_helper(void);

/*
 * Lets the guest read a word of each of the first pages of tested memory. Returns how
 * often that has left the guest for the kernel: once for a page that is not mapped, and a
 * few times more for the doorbell and interrupts, FEW_EXITS at most.
 */
uint64_t exits_of_reading(struct vcpu *vcpu, uint64_t pages);

#define FEW_EXITS 64

#endif
